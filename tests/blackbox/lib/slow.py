# SPDX-License-Identifier: Apache-2.0
"""See slow.sh. Short: everything good is answered and every slow one is cut in time. Long: also the
throughput of good requests with and without the slow ones, measured by wrk in turn."""
import os
import random
import re
import resource
import selectors
import shutil
import socket
import statistics
import subprocess
import threading
import time

from rig import Checks, Node, arguments, temp_folder, wait_until

BINARY, IS_LONG = arguments("slow")
IDLE, LORIS, SLOW_BODIES = 2000, 600, 60
HEADER_CUT = 25  # seconds within which a request that never ends its headers is gone
BODY_CUT = 45
ROUNDS = 3

checks = Checks()
node = Node(BINARY, os.path.join(temp_folder(), "n"), env={"OUTBOARD_LIMITS_RATE_LIMIT": "false"})


def connect(source):
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    connection.bind((source, 0))
    connection.settimeout(20)
    connection.connect(("127.0.0.1", node.port))
    return connection


def source_address(number):
    return f"127.0.0.{2 + number % 8}"


class Idle:
    """Connections that say nothing: half of them never, half after one good request."""

    def __init__(self, count):
        self.open = [connect(source_address(number)) for number in range(count)]
        request = f"GET /.well-known/nodeinfo HTTP/1.1\r\nHost: {node.domain}\r\n\r\n".encode()
        for connection in self.open[::2]:
            connection.sendall(request)
        self.answered = sum(connection.recv(65536).startswith(b"HTTP/1.1 200") for connection in self.open[::2])

    def still_open(self):
        count = 0
        for connection in self.open:
            connection.setblocking(False)
            try:
                count += connection.recv(1) != b""
            except BlockingIOError:
                count += 1
            except OSError:
                pass
        return count

    def close(self):
        for connection in self.open:
            connection.close()


class Slow:
    """Connections that send a byte a second and never come to an end; notes how long each was let."""

    def __init__(self, count, beginning):
        self.cut_after, self.answers = [], []
        self.began = {}
        self.selector = selectors.DefaultSelector()
        for number in range(count):
            connection = connect(source_address(number))
            connection.sendall(beginning)
            connection.setblocking(False)
            self.began[connection] = time.monotonic()
            self.selector.register(connection, selectors.EVENT_READ)
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._drip)
        self.thread.start()

    def _end(self, connection):
        self.selector.unregister(connection)
        self.cut_after.append(time.monotonic() - self.began.pop(connection))
        connection.close()

    def _drip(self):
        next_drip = time.monotonic() + 1
        while self.began and not self.stopping.is_set():
            for key, _ in self.selector.select(max(0.0, min(0.2, next_drip - time.monotonic()))):
                try:
                    got = key.fileobj.recv(4096)
                    if got:
                        self.answers.append(got.split(b"\r\n", 1)[0].decode("latin-1"))
                    else:
                        self._end(key.fileobj)
                except BlockingIOError:
                    pass
                except OSError:
                    self._end(key.fileobj)
            if time.monotonic() >= next_drip:
                next_drip += 1
                for connection in list(self.began):
                    try:
                        connection.send(b"x")
                    except BlockingIOError:
                        pass
                    except OSError:
                        self._end(connection)

    def wait(self, seconds):
        self.thread.join(seconds)
        return not self.thread.is_alive()

    def close(self):
        self.stopping.set()
        self.thread.join()
        for connection in list(self.began):
            connection.close()


class Good:
    """Four clients that ask as fast as they are answered."""

    def __init__(self):
        self.stopping = threading.Event()
        self.seconds, self.faults = [], []
        self.threads = [threading.Thread(target=self._ask) for _ in range(4)]
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()

    def _ask(self):
        targets = ["/.well-known/nodeinfo", "/users/ann", "/api/v2/instance", "/@ann"]
        while not self.stopping.is_set():
            target = random.choice(targets)
            began = time.monotonic()
            try:
                answer = node.document(target) if target.startswith("/users") else node.get(target)
                if answer.status != 200:
                    self.faults.append((target, answer.status))
            except OSError as problem:
                self.faults.append((target, problem))
            self.seconds.append(time.monotonic() - began)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        return len(self.seconds) / (time.monotonic() - self.began)


HEADERS = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
BODY = b"POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Type: application/activity+json\r\nContent-Length: 100000\r\n\r\n{"


def check_good_requests():
    good = Good()
    time.sleep(3)
    alone = good.stop()
    checks.that("good requests alone are answered", not good.faults, good.faults[:3])
    idle = Idle(IDLE)
    checks.that(f"{IDLE} idle connections are taken", idle.answered == len(idle.open[::2]), idle.answered)
    good = Good()
    slow, bodies = Slow(LORIS, HEADERS), Slow(SLOW_BODIES, BODY)
    time.sleep(3)
    idle_left = idle.still_open()
    ended = slow.wait(HEADER_CUT + 10)
    bodies_ended = bodies.wait(BODY_CUT)
    beside = good.stop()
    checks.that("good requests beside them are answered", not good.faults and len(good.seconds) > 50, good.faults[:3])
    checks.that("none of them waits longer than 2 s", max(good.seconds) < 2 * node.slow, f"{max(good.seconds):.2f} s")
    checks.that("idle connections are not cut for the slow ones' sake", idle_left == IDLE, idle_left)
    cut = slow.cut_after or [0.0]
    checks.that(f"each of {LORIS} slow requests is cut, after 8 to {HEADER_CUT} s",
                ended and len(slow.cut_after) == LORIS and min(cut) >= 8 and max(cut) <= HEADER_CUT,
                f"{len(slow.cut_after)} cut, after {min(cut):.1f} to {max(cut):.1f} s")
    cut = bodies.cut_after or [0.0]
    checks.that(f"each of {SLOW_BODIES} slow bodies too, within {BODY_CUT} s",
                bodies_ended and len(bodies.cut_after) == SLOW_BODIES and max(cut) <= BODY_CUT,
                f"{len(bodies.cut_after)} cut, after {min(cut):.1f} to {max(cut):.1f} s")
    strange = [line for line in slow.answers + bodies.answers if not line.startswith(("HTTP/1.1 408", "HTTP/1.1 400"))]
    checks.that("what they are answered, if anything, says why (408)", not strange, strange[:3])
    print(f"good requests: {alone:.0f}/s alone, {beside:.0f}/s beside {IDLE} idle and {LORIS} slow connections "
          f"(four Python clients on the same machine; the long run measures with wrk)", flush=True)
    for part in (slow, bodies, idle):
        part.close()


def wrk():
    done = subprocess.run(
        ["wrk", "-t1", "-c32", "-d4s", f"http://127.0.0.1:{node.port}/.well-known/nodeinfo"], capture_output=True, timeout=60)
    text = done.stdout.decode()
    found = re.search(r"Requests/sec:\s+([0-9.]+)", text)
    return float(found.group(1)) if found and "Non-2xx" not in text and "Socket errors" not in text else 0.0


def measure():
    if not shutil.which("wrk"):
        print("skipped: wrk is not installed")
        return
    wrk()
    alone, beside = [], []
    for _ in range(ROUNDS):
        alone.append(wrk())
        idle, slow = Idle(IDLE), Slow(LORIS, HEADERS)
        beside.append(wrk())
        slow.close()
        idle.close()
        time.sleep(1)
    checks.that("wrk meets no error", min(alone) > 0 and min(beside) > 0, (alone, beside))
    if min(alone) > 0:
        print(f"wrk: {statistics.median(alone):.0f}/s alone {[round(x) for x in alone]}, "
              f"{statistics.median(beside):.0f}/s beside {IDLE} idle and {LORIS} slow {[round(x) for x in beside]}, "
              f"ratio of medians {statistics.median(beside) / statistics.median(alone):.3f}", flush=True)


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < IDLE + LORIS + SLOW_BODIES + 200:
        print(f"skipped: only {hard} files may be open here")
        return
    node.init()
    node.serve()
    pid = node.process.pid
    check_good_requests()
    if IS_LONG:
        measure()
    checks.that("the process lives", node.is_alive() and node.process.pid == pid)
    checks.that("and ends on SIGTERM with 0", wait_until(lambda: node.get("/.well-known/nodeinfo").status == 200, 5) and node.stop()[0] == 0)
    checks.finish()


main()
