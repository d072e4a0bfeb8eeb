// SPDX-License-Identifier: Apache-2.0
// Sends prepared requests, each exactly once, over a number of kept connections, and says what was
// answered. usage: replay FILE ADDRESS PORT CONNECTIONS [PAUSE_US] FILE holds records: 4 bytes of
// length (this machine's order), then the request. PAUSE_US: the least time between two sends.
// Prints one JSON object: counts by status, latencies in ms (send to end of answer), and
// CLOCK_MONOTONIC seconds of the first send and the last answer. A request whose connection broke
// is lost and not sent again.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// kBuffer: one answer at most; a page of the API is under 100 KiB.
enum { kMostConnections = 1024, kBuffer = 256 * 1024 };
static const double kSilence = 30;  // seconds without any answer, then the rest is lost

struct connection {
    int fd;
    int busy;
    double sent_at;
    const char* request;  // what is still to be written
    size_t left;
    size_t have;
    char* answer;
};

static struct sockaddr_in server;
static int poller;
static long by_status[600], lost, unreadable;
static double* latencies;
static long answered;
static char sample[300];

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void fail(const char* what) {
    perror(what);
    exit(2);
}

static void connect_to(struct connection* one) {
    if (one->fd >= 0) close(one->fd);
    one->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (one->fd < 0) fail("socket");
    int yes = 1;
    setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(one->fd, (struct sockaddr*)&server, sizeof server) != 0) fail("connect");
    fcntl(one->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, one->fd, &event) != 0) fail("epoll");
    one->busy = 0;
    one->have = 0;
}

static void watch(struct connection* one, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = one};
    epoll_ctl(poller, EPOLL_CTL_MOD, one->fd, &event);
}

/// 0 when the connection is broken.
static int write_on(struct connection* one) {
    while (one->left > 0) {
        const ssize_t wrote = send(one->fd, one->request, one->left, MSG_NOSIGNAL);
        if (wrote < 0 && errno == EAGAIN) {
            watch(one, EPOLLIN | EPOLLOUT);
            return 1;
        }
        if (wrote <= 0) return 0;
        one->request += wrote;
        one->left -= (size_t)wrote;
    }
    return 1;
}

/// Length of the answer that the buffer begins with, 0 while it is not whole; `status` and `ends`
/// (Connection: close) are set.
static size_t whole_answer(struct connection* one, int* status, int* ends) {
    one->answer[one->have] = 0;
    char* body = strstr(one->answer, "\r\n\r\n");
    if (!body) return 0;
    size_t length = 0;
    *status = atoi(one->answer + 9);
    *ends = 0;
    for (char* line = strstr(one->answer, "\r\n"); line && line < body;
         line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, "content-length:", 15) == 0)
            length = strtoul(line + 17, NULL, 10);
        if (strncasecmp(line + 2, "connection: close", 17) == 0) *ends = 1;
        if (strncasecmp(line + 2, "transfer-encoding:", 18) == 0) {
            unreadable++;
            return 0;
        }
    }
    const size_t whole = (size_t)(body - one->answer) + 4 + length;
    return whole <= one->have ? whole : 0;
}

static void take_answer(struct connection* one, size_t whole, int status) {
    latencies[answered++] = (now() - one->sent_at) * 1000;
    if (status < 100 || status > 599) status = 0;
    by_status[status]++;
    if ((status < 200 || status > 299) && !sample[0]) {
        const char* body = strstr(one->answer, "\r\n\r\n") + 4;
        size_t to = 0;
        for (const char* c = body; c < one->answer + whole && to < sizeof sample - 1; c++)
            sample[to++] = *c < ' ' || *c == '"' || *c == '\\' || *c > '~' ? ' ' : *c;
    }
    one->busy = 0;
    one->have = 0;  // nothing is pipelined, so nothing follows
}

static int by_size(const void* a, const void* b) {
    const double x = *(const double*)a, y = *(const double*)b;
    return (x > y) - (x < y);
}

static double at_share(double share) {
    if (answered == 0) return 0;
    long index = (long)(share * (double)answered);
    return latencies[index < answered ? index : answered - 1];
}

int main(int argc, char** argv) {
    if (argc < 5)
        return fprintf(stderr, "usage: replay FILE ADDRESS PORT CONNECTIONS [PAUSE_US]\n"), 2;
    const int file = open(argv[1], O_RDONLY);
    struct stat facts;
    if (file < 0 || fstat(file, &facts) != 0) fail(argv[1]);
    const char* data =
        facts.st_size
            ? mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0)
            : "";
    if (data == MAP_FAILED) fail("mmap");
    const char *next = data, *end = data + facts.st_size;
    server.sin_family = AF_INET;
    server.sin_port = htons((uint16_t)atoi(argv[3]));
    if (inet_pton(AF_INET, argv[2], &server.sin_addr) != 1)
        return fprintf(stderr, "%s is no address\n", argv[2]), 2;
    const int wanted = atoi(argv[4]);
    const int connections = wanted < 1 ? 1 : wanted > kMostConnections ? kMostConnections : wanted;
    const double pause = argc > 5 ? atof(argv[5]) / 1e6 : 0;

    long total = 0;
    for (const char* at = data; at + 4 <= end; total++) {
        uint32_t length;
        memcpy(&length, at, 4);
        at += 4 + length;
    }
    latencies = calloc((size_t)total + 1, sizeof *latencies);
    poller = epoll_create1(0);
    struct connection* all = calloc((size_t)connections, sizeof *all);
    for (int i = 0; i < connections; i++) {
        all[i].fd = -1;
        all[i].answer = malloc(kBuffer + 1);
        connect_to(&all[i]);
    }
    double first = 0, last = 0, last_send = 0, alive = now();
    long under_way = 0;
    while (answered + lost < total) {
        double wait = 1;
        for (int i = 0; i < connections && next < end; i++) {
            if (all[i].busy) continue;
            const double at = now();
            if (pause > 0 && last_send > 0 && at < last_send + pause) {
                wait = last_send + pause - at;
                break;
            }
            uint32_t length;
            memcpy(&length, next, 4);
            all[i].request = next + 4;
            all[i].left = length;
            next += 4 + length;
            all[i].busy = 1;
            all[i].sent_at = last_send = at;
            if (first == 0) first = at;
            under_way++;
            if (!write_on(&all[i])) {
                lost++, under_way--;
                connect_to(&all[i]);
            }
        }
        struct epoll_event events[256];
        const int ready = epoll_wait(
            poller,
            events,
            256,
            (int)(wait * 1000) < 1 ? (wait < 0.001 ? 0 : 1) : (int)(wait * 1000)
        );
        for (int i = 0; i < ready; i++) {
            struct connection* one = events[i].data.ptr;
            int broken = 0;
            if (events[i].events & EPOLLOUT) {
                broken = !write_on(one);
                if (!broken && one->left == 0) watch(one, EPOLLIN);
            }
            while (!broken) {
                const ssize_t got = recv(one->fd, one->answer + one->have, kBuffer - one->have, 0);
                if (got < 0 && errno == EAGAIN) break;
                if (got <= 0) {
                    broken = 1;
                    break;
                }
                one->have += (size_t)got;
                int status = 0, ends = 0;
                const size_t whole = whole_answer(one, &status, &ends);
                if (whole && one->busy) {
                    take_answer(one, whole, status);
                    under_way--;
                    last = alive = now();
                    if (ends) broken = 1;
                } else if (one->have == kBuffer) {
                    broken = 1;
                }
            }
            if (broken) {
                if (one->busy) lost++, under_way--;
                connect_to(one);
            }
        }
        if (under_way > 0 && now() > alive + kSilence)
            lost = total - answered;  // the unsent ones too
    }
    qsort(latencies, (size_t)answered, sizeof *latencies, by_size);
    printf(
        "{\"answered\":%ld,\"lost\":%ld,\"unreadable\":%ld,\"statuses\":{",
        answered,
        lost,
        unreadable
    );
    const char* comma = "";
    for (int i = 0; i < 600; i++)
        if (by_status[i]) printf("%s\"%d\":%ld", comma, i, by_status[i]), comma = ",";
    printf(
        "},\"first\":%.6f,\"last\":%.6f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,\"sample\":"
        "\"%s\"}\n",
        first,
        last,
        at_share(0.50),
        at_share(0.99),
        at_share(0.999999),
        sample
    );
    return 0;
}
