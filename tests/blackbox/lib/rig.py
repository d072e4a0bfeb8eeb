# SPDX-License-Identifier: Apache-2.0
"""What the black-box scripts share: checks, a node of the built binary, plain HTTP to it.

Everything listens on 127.0.0.x, lives in one temporary folder and ends with the script.
"""
import atexit
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

PASSWORD = "correct-horse-battery-9"


def arguments(usage):
    """BINARY and short or long, as tests/run calls the scripts."""
    if len(sys.argv) != 3 or sys.argv[2] not in ("short", "long"):
        print(f"usage: bash {usage}.sh BINARY short|long", file=sys.stderr)
        sys.exit(2)
    binary = os.path.abspath(sys.argv[1])
    if not os.access(binary, os.X_OK):
        print(f"{binary} is no program; build it first", file=sys.stderr)
        sys.exit(2)
    return binary, sys.argv[2] == "long"


def is_sanitized(binary):
    """Built with asan or tsan: slower, so deadlines are longer."""
    with open(binary, "rb") as program:
        bytes_ = program.read()
    return b"__asan_init" in bytes_ or b"__tsan_init" in bytes_


class Checks:
    """One line per check; `finish` ends the script with 0 when all held."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def that(self, name, holds, detail=""):
        if holds:
            self.passed += 1
            print(f"ok     {name}", flush=True)
        else:
            self.failed += 1
            shown = str(detail).replace("\n", "\n         ")[:3000]
            print(f"FAILED {name}" + (f"\n         {shown}" if shown else ""), flush=True)
        return holds

    def group(self, checks, *args):
        """Runs one part; what it stumbles over is a failed check, and the next part still runs."""
        try:
            return checks(*args)
        except Exception:  # noqa: BLE001: whatever it was, it is shown
            self.that(checks.__name__ + " runs to its end", False, traceback.format_exc())
            return None

    def finish(self):
        print(f"{self.passed} checks held, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)


def temp_folder():
    """Short, because control.sock lives in it and socket paths end at 108 bytes."""
    folder = tempfile.mkdtemp(prefix="ob-", dir="/tmp")
    atexit.register(shutil.rmtree, folder, True)
    return folder


def free_port(address="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def shared_data(part):
    """The shared test data beside the checkout, or None and a line that says so."""
    here = os.path.dirname(os.path.abspath(__file__))
    checkout = os.path.dirname(os.path.dirname(os.path.dirname(here)))
    root = os.environ.get("OUTBOARD_SHARED") or os.path.join(os.path.dirname(checkout), "shared")
    path = os.path.join(root, part)
    if os.path.exists(path):
        return path
    print(f"skipped: {part} of the shared test data is not here", flush=True)
    return None


def own_documents():
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.join(os.path.dirname(os.path.dirname(here)), "federation", "documents")


def clean_environment(more=None):
    """The caller's environment without its OUTBOARD_* variables, so that runs are the same everywhere."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OUTBOARD_")}
    kept.update(more or {})
    return kept


def run(binary, *args, stdin=b"", env=None, seconds=60):
    """A verb to its end: CompletedProcess with text in stdout and stderr."""
    done = subprocess.run(
        [binary, *args], input=stdin, capture_output=True, env=clean_environment(env), timeout=seconds
    )
    done.out = done.stdout.decode("utf-8", "replace")
    done.err = done.stderr.decode("utf-8", "replace")
    return done


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)


class Node:
    """A trial node on a loopback name: http ids, reaches loopback only."""

    def __init__(self, binary, folder, host="localhost", env=None):
        self.binary = binary
        self.data = folder
        self.port = free_port()
        self.domain = f"{host}:{self.port}"
        self.origin = f"http://{self.domain}"
        self.env = dict(env or {})
        self.log = folder + ".log"
        self.process = None
        self.slow = 8 if is_sanitized(binary) else 1
        atexit.register(self.kill)

    def init(self, *more, owner="ann"):
        password = self.data + ".password"
        with open(password, "w") as file:
            file.write(PASSWORD + "\n")
        return self.bare_verb(
            "init", "--data", self.data, "--domain", self.domain, "--owner", owner,
            "--password-file", password, *more
        )

    def bare_verb(self, *args, stdin=b"", env=None):
        return run(self.binary, *args, stdin=stdin, env={**self.env, **(env or {})}, seconds=60 * self.slow)

    def verb(self, *args, stdin=b"", env=None):
        return self.bare_verb(*args, "--data", self.data, stdin=stdin, env=env)

    def token(self, user="ann", *more):
        done = self.verb("token", user, *more)
        if done.returncode != 0:
            raise RuntimeError("no token: " + done.err)
        return done.out.strip()

    def serve(self, *more, env=None, listen=True, address="127.0.0.1"):
        """Starts it; returns once it has said that it listens. Its stderr is appended to `log`."""
        flags = ["--listen", f"{address}:{self.port}"] if listen else []
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--data", self.data, *flags, *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            env=clean_environment({**self.env, **(env or {})})
        )
        log.close()
        self.said = self.process.stdout.readline().decode().strip()
        if not self.said.startswith("listening on "):
            self.process.wait(30)
            raise RuntimeError("the node did not start: " + self.read_log()[-2000:])
        return self.said

    def read_log(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_for_log(self, text, since=0, seconds=10):
        return wait_until(lambda: text in self.read_log()[since:], seconds * self.slow)

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.is_alive():
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    def stop(self, seconds=20):
        """SIGTERM; returns (exit code, seconds it took)."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds * self.slow)
        return code, time.monotonic() - began

    def connection(self, seconds):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)

    def call(self, method, target, token=None, body=None, headers=None, seconds=30):
        """One request on a connection of its own. `body`: bytes, or a value sent as JSON."""
        fields = {"Host": self.domain, **(headers or {})}
        if token:
            fields["Authorization"] = "Bearer " + token
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        connection = self.connection(seconds * self.slow)
        try:
            try:
                connection.request(method, target, body=body, headers=fields)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all was sent: the answer is there
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, target, token=None, headers=None):
        return self.call("GET", target, token, headers=headers)

    def document(self, target):
        return self.get(target, headers={"Accept": "application/activity+json"})

    def raw(self, bytes_, seconds=20):
        """Sends bytes as they are and reads to the end of the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds * self.slow) as connection:
            got = b""
            try:
                connection.sendall(bytes_)
                connection.shutdown(socket.SHUT_WR)
                while chunk := connection.recv(65536):
                    got += chunk
            except (ConnectionResetError, BrokenPipeError):
                pass
            return got


def wait_until(holds, seconds, pause=0.05):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(pause)
    return bool(holds())


# A stopped script (timeout, Ctrl-C) still runs its atexit functions and leaves nothing behind.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
