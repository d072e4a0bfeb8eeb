# SPDX-License-Identifier: Apache-2.0
"""1,000 WebSockets on one timeline: the first and the last to have a post, and what a connection costs."""
import base64
import json
import os
import resource
import select
import socket
import time

from common import at_most, expect, memory_kb, monotonic, post_bytes, share

HANDSHAKE = 20  # seconds
EVERYTHING = 20  # seconds until a post is given up
MOST_FRAME = 1 << 20  # bytes


def _handshake_bytes(node, token):
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /api/v1/streaming?stream=user HTTP/1.1\r\nHost: {node.domain}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()


class Stream:
    """One WebSocket: `take` gives the texts that came (RFC 6455; a server's frames are not masked)."""

    def __init__(self, node, token):
        self.socket = socket.create_connection(("127.0.0.1", node.port), HANDSHAKE)
        self.socket.sendall(_handshake_bytes(node, token))
        self.have = b""
        while b"\r\n\r\n" not in self.have:
            more = self.socket.recv(4096)
            expect(more, "the connection was closed during the handshake")
            self.have += more
        head, _, self.have = self.have.partition(b"\r\n\r\n")
        expect(head.split(b" ")[1] == b"101", f"no WebSocket: {head[:200]}")
        self.socket.setblocking(False)
        self.closed = False

    def _pong(self, payload):
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self.socket.send(bytes((0x8A, 0x80 | len(payload))) + mask + masked)

    def take(self):
        try:
            more = self.socket.recv(65536)
        except BlockingIOError:
            return []
        if not more:
            self.closed = True
            return []
        self.have += more
        texts = []
        while len(self.have) >= 2:
            kind, length, at = self.have[0] & 0x0F, self.have[1] & 0x7F, 2
            if length == 126:
                length, at = int.from_bytes(self.have[2:4], "big"), 4
            elif length == 127:
                length, at = int.from_bytes(self.have[2:10], "big"), 10
            expect(length <= MOST_FRAME, f"a frame of {length} bytes")
            if len(self.have) < at + length:
                break
            payload, self.have = self.have[at:at + length], self.have[at + length:]
            if kind == 1:
                texts.append(payload)
            elif kind == 8:
                self.closed = True
            elif kind == 9:
                self._pong(payload)
        return texts


def _one_post(world, poller, streams, marker):
    """When each stream had the post, in ms after it was sent; each stream must have it once."""
    node = world.node
    body = json.dumps({"status": f"{marker} to all who watch"}).encode()
    request = post_bytes("/api/v1/statuses", node.domain, body, {
        "Authorization": "Bearer " + node.tokens["ann"], "Content-Type": "application/json",
    })
    author = socket.create_connection(("127.0.0.1", node.port), 10)
    sent = monotonic()
    author.sendall(request)
    had = []  # reading only while the clock runs: parsing 1,000 messages takes as long as sending them
    while len(had) < len(streams) and monotonic() < sent + EVERYTHING:
        for number, _ in poller.poll(1):  # seconds
            texts = streams[number].take()
            at = (monotonic() - sent) * 1000
            expect(not streams[number].closed, "a stream was closed by the node")
            had += [(number, at, text) for text in texts]
    came = {}
    for number, at, text in had:
        message = json.loads(text)
        expect(message["event"] == "update" and message["stream"] == ["user"], f"unexpected: {text[:200]}")
        expect(marker in json.loads(message["payload"])["content"], f"not the post: {text[:200]}")
        expect(number not in came, "a stream had the post twice")
        came[number] = at
    answer = author.recv(65536)
    author.close()
    expect(answer.split(b" ")[1] == b"200", f"the post got {answer[:200]}")
    expect(len(came) == len(streams), f"{len(streams) - len(came)} of {len(streams)} streams never had the post")
    return list(came.values())


def _nothing_more(poller, streams):
    """What comes after everybody had the post would be the post again."""
    end = monotonic() + 0.1
    while monotonic() < end:
        for number, _ in poller.poll(0.02):
            texts = streams[number].take()
            expect(not texts, f"a stream had more than the post: {texts[:1]}")


def _is_there(node):
    answer = node.get("/api/v1/streaming/health")
    if answer.status != 404:
        return True
    return not node.raw(_handshake_bytes(node, "none")[:-2] + b"\r\n").startswith(b"HTTP/1.1 404")


def measure(run, world):
    count = run.pick(1000, 50)
    node = world.serve()
    if not _is_there(node):
        return run.skipped("streaming", "the node answers 404 on /api/v1/streaming")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    Stream(node, node.tokens["ann"]).socket.close()  # what is made once is made before memory is read
    time.sleep(1)
    before = memory_kb(node.process.pid)
    poller = select.epoll()
    streams = {}
    began = monotonic()
    for _ in range(count):
        one = Stream(node, node.tokens["ann"])
        streams[one.socket.fileno()] = one
        poller.register(one.socket.fileno(), select.EPOLLIN)
    opened = monotonic() - began
    time.sleep(run.pick(3, 1))
    each = (memory_kb(node.process.pid) - before) * 1024 / count
    first, last = [], []
    posts = run.pick(100, 5)
    for number in world.take_numbers(posts):
        came = _one_post(world, poller, streams, world.marker(number))
        first.append(min(came))
        last.append(max(came))
        _nothing_more(poller, streams)
    run.figure(
        "streaming_first_p99", share(first, 0.99), "ms", "fdatasync_p99_ms", at_most(10, "ms"),
        p50_ms=round(share(first, 0.5), 2), sockets=count, posts=posts
    )
    run.figure(
        "streaming_last_p99", share(last, 0.99), "ms", "fdatasync_p99_ms", at_most(50, "ms"),
        p50_ms=round(share(last, 0.5), 2)
    )
    run.figure(
        "streaming_bytes_per_connection", each, "bytes", None, at_most(10 * 1024, "bytes"),
        opened_per_s=round(count / opened, 1)
    )
    for one in streams.values():
        one.socket.close()
    poller.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
