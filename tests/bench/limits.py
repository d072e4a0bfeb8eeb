# SPDX-License-Identifier: Apache-2.0
"""What this machine can do, measured in the same run: the ceilings that figures are read against."""
import http.client
import os
import re
import sqlite3
import subprocess
import time

from common import poll, rig, share, wrk


def _rsa(run):
    seconds = run.pick(3, 1)
    text = subprocess.run(
        ["openssl", "speed", "-seconds", str(seconds), "rsa2048"], capture_output=True, text=True, check=True
    ).stdout
    sign, verify = re.search(r"^rsa 2048 bits.*?([\d.]+)\s+([\d.]+)\s*$", text, re.M).groups()
    return float(sign), float(verify)


def _sqlite(run):
    """Rows per second into one table like `statuses`, 100 to a transaction, each commit durable."""
    path = run.path("limit.db")
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute(
        "CREATE TABLE statuses (id INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE, account INTEGER NOT NULL,"
        " created INTEGER NOT NULL, content TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX by_account ON statuses (account, id)")
    text = "x" * 400
    rows, began, seconds = 0, time.monotonic(), run.pick(4, 1)
    while time.monotonic() - began < seconds:
        db.execute("BEGIN IMMEDIATE")
        db.executemany(
            "INSERT INTO statuses (uri, account, created, content) VALUES (?, ?, ?, ?)",
            [(f"https://remote.example/users/a{i % 97}/statuses/{i}", i % 97, i, text)
             for i in range(rows, rows + 100)]
        )
        db.execute("COMMIT")
        rows += 100
    rate = rows / (time.monotonic() - began)
    db.close()
    for end in ("", "-wal", "-shm"):
        if os.path.exists(path + end):
            os.unlink(path + end)
    return rate


def fdatasync(run, seconds=None):
    """(p50, p99) in ms of appending 4 KiB and waiting for the disk, as a commit does it."""
    path = run.path("sync-limit")
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    took, block = [], os.urandom(4096)
    end = time.monotonic() + (seconds or run.pick(3, 1))
    while time.monotonic() < end:
        began = time.monotonic()
        os.write(file, block)
        os.fdatasync(file)
        took.append((time.monotonic() - began) * 1000)
        time.sleep(0.002)  # a node at work commits now and then, it does not hammer
    os.close(file)
    os.unlink(path)
    return share(took, 0.5), share(took, 0.99)


class Nginx:
    """Serves files of this run; what any server on this machine is measured against."""

    def __init__(self, run):
        self.run = run
        self.port = rig.free_port()
        self.www = run.path("www")
        self.rates = {}
        os.makedirs(self.www)
        paths = "".join(
            f" {kind}_temp_path {run.path('nginx-' + kind)};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.getuid() == 0 else ""
        config = run.path("nginx.conf")
        with open(config, "w") as file:
            file.write(
                f"daemon off; {user} pid {run.path('nginx.pid')}; error_log {run.path('nginx.log')};"
                f" worker_processes {os.cpu_count()}; events {{ worker_connections 1024; }}"
                f" http {{ access_log off; keepalive_requests 100000000; open_file_cache max=100; {paths}"
                f" server {{ listen 127.0.0.1:{self.port} reuseport; root {self.www}; }} }}"
            )
        self.write("small", b"ok\n")
        began = time.monotonic()
        self.process = subprocess.Popen(
            ["nginx", "-c", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        run.closing.append(self.stop)
        poll(self._answers, 10, 0.002)
        self.start_ms = (time.monotonic() - began) * 1000

    def _answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/small")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def write(self, name, body):
        with open(os.path.join(self.www, name), "wb") as file:
            file.write(body)

    def rate(self, name, body=None):
        """wrk's answer for a file of this name; measured once for a name."""
        if name not in self.rates:
            if body is not None:
                self.write(name, body)
            self.rates[name] = wrk(self.run, f"http://127.0.0.1:{self.port}/{name}", self.run.pick(4, 1))
        return self.rates[name]


def measure(run):
    sign, verify = _rsa(run)
    run.limit("rsa2048_sign_per_s", sign, "1/s of one core")
    run.limit("rsa2048_verify_per_s", verify, "1/s of one core")
    run.limit("sqlite_batch100_full_per_s", _sqlite(run), "rows/s")
    p50, p99 = fdatasync(run)
    run.limit("fdatasync_p99_ms", p99, "ms", p50_ms=round(p50, 3))
    run.nginx = Nginx(run)
    small = run.nginx.rate("small")
    run.limit("nginx_small_req_s", small["req_s"], "req/s", p99_ms=small["p99_ms"])
    run.limit("nginx_start_ms", run.nginx.start_ms, "ms")


def measure_again(run):
    """At the end of the run: how far the machine itself drifted meanwhile."""
    sign, verify = _rsa(run)
    for name, value in (
        ("rsa2048_sign_per_s", sign), ("rsa2048_verify_per_s", verify), ("sqlite_batch100_full_per_s", _sqlite(run)),
        ("fdatasync_p99_ms", fdatasync(run)[1])
    ):
        run.drift(name, value)
