// SPDX-License-Identifier: Apache-2.0
// Preloaded into a node: every fdatasync and fsync takes BENCH_SYNC_DELAY_US microseconds more, and
// the 8-byte counter in the file BENCH_SYNC_COUNT says how often they were called. So a fast disk
// stands in for a slow one.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef int (*sync_call)(int);
static sync_call real_fdatasync, real_fsync;
static long delay_us;
static _Atomic unsigned long* count;

__attribute__((constructor)) static void begin(void) {
    real_fdatasync = (sync_call)dlsym(RTLD_NEXT, "fdatasync");
    real_fsync = (sync_call)dlsym(RTLD_NEXT, "fsync");
    const char *delay = getenv("BENCH_SYNC_DELAY_US"), *path = getenv("BENCH_SYNC_COUNT");
    if (delay) delay_us = atol(delay);
    int file = path ? open(path, O_RDWR) : -1;
    if (file < 0) return;
    void* page = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) count = page;
    close(file);
}

static int slowed(sync_call call, int file) {
    if (count) atomic_fetch_add(count, 1);
    const int result = call(file);
    const int saved = errno;
    struct timespec left = {delay_us / 1000000, delay_us % 1000000 * 1000};
    while (delay_us > 0 && nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
    errno = saved;
    return result;
}

int fdatasync(int file) { return slowed(real_fdatasync, file); }
int fsync(int file) { return slowed(real_fsync, file); }
