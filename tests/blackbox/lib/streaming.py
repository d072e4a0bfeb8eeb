# SPDX-License-Identifier: Apache-2.0
"""See streaming.sh. Short: 50 idle sockets; long: 1000 (and their memory)."""
import base64
import hashlib
import json
import os
import socket
import struct
import time

from rig import Checks, Node, arguments, is_sanitized, temp_folder, wait_until

BINARY, IS_LONG = arguments("streaming")
IDLE = 1000 if IS_LONG else 50
TOLD = 5  # seconds within which a stream must have heard
CLOSED = 5  # after a revocation

checks = Checks()
node = Node(BINARY, os.path.join(temp_folder(), "n"), env={"OUTBOARD_LIMITS_RATE_LIMIT": "false"})


class Wire:
    """A connection to the node with a buffer; everything ends at its deadline."""

    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", node.port), timeout=20 * node.slow)
        self.bytes = b""
        self.ended = False

    def read(self, enough, seconds):
        """Reads until `enough(bytes)` or the end; True when enough came."""
        end = time.monotonic() + seconds * node.slow
        while not enough(self.bytes):
            left = end - time.monotonic()
            if left <= 0 or self.ended:
                return False
            self.socket.settimeout(left)
            try:
                more = self.socket.recv(65536)
            except (socket.timeout, TimeoutError):
                return False
            except ConnectionResetError:
                more = b""
            self.ended = not more
            self.bytes += more
        return True

    def ends(self, seconds):
        self.read(lambda _: False, seconds)
        return self.ended


class WebSocket(Wire):
    def __init__(self, query="", token=None, protocol=None):
        super().__init__()
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET /api/v1/streaming{query} HTTP/1.1", f"Host: {node.domain}", "Connection: Upgrade",
                 "Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if protocol:
            lines.append(f"Sec-WebSocket-Protocol: {protocol}")
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.read(lambda b: b"\r\n\r\n" in b, 20)
        head, _, self.bytes = self.bytes.partition(b"\r\n\r\n")
        self.status = int(head.split(b" ")[1]) if head.startswith(b"HTTP/1.1 ") else 0
        self.fields = dict(
            (name.strip().lower(), value.strip())
            for name, _, value in (line.partition(":") for line in head.decode().split("\r\n")[1:])
        )
        wanted = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        self.is_open = self.status == 101 and \
            self.fields.get("sec-websocket-accept") == base64.b64encode(wanted).decode()

    def send(self, payload, opcode=1):
        mask = os.urandom(4)
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
        body = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + body)

    def say(self, **message):
        self.send(json.dumps(message).encode())

    def frame(self, seconds):
        """The next (opcode, payload), or None."""
        def size(b):
            if len(b) < 2:
                return None
            length, head = b[1] & 0x7F, 2
            if length == 126:
                head, length = 4, struct.unpack(">H", b[2:4])[0] if len(b) >= 4 else None
            elif length == 127:
                head, length = 10, struct.unpack(">Q", b[2:10])[0] if len(b) >= 10 else None
            return None if length is None or len(b) < head + length else (head, head + length)
        if not self.read(lambda b: size(b) is not None, seconds):
            return None
        head, end = size(self.bytes)
        got = (self.bytes[0] & 0x0F, self.bytes[head:end])
        self.bytes = self.bytes[end:]
        return got

    def message(self, event, seconds=TOLD):
        """The next message with that event (None: any), or None."""
        end = time.monotonic() + seconds * node.slow
        while (got := self.frame(max(0.0, end - time.monotonic()) / node.slow)) is not None:
            if got[0] == 9:
                self.send(got[1], opcode=10)
            if got[0] == 1:
                message = json.loads(got[1])
                if event is None or message.get("event") == event:
                    return message
        return None

    def close_code(self, seconds):
        end = time.monotonic() + seconds * node.slow
        while (got := self.frame(max(0.0, end - time.monotonic()) / node.slow)) is not None:
            if got[0] == 8:
                return struct.unpack(">H", got[1][:2])[0]
        return None


class Events(Wire):
    def __init__(self, path, token):
        super().__init__()
        self.socket.sendall(
            f"GET /api/v1/streaming/{path} HTTP/1.1\r\nHost: {node.domain}\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
        )
        self.read(lambda b: b"\r\n\r\n:thump\n" in b, 20)
        self.head, _, self.bytes = self.bytes.partition(b"\r\n\r\n")

    def event(self, name, seconds=TOLD):
        """The data of the next event of that name, or None; comment lines are passed over as Mastodon.py does."""
        end = time.monotonic() + seconds * node.slow
        while self.read(lambda b: b"\n\n" in b, max(0.0, end - time.monotonic()) / node.slow):
            block, _, self.bytes = self.bytes.partition(b"\n\n")
            lines = dict(line.split(": ", 1) for line in block.decode().split("\n") if not line.startswith(":"))
            if lines.get("event") == name:
                return lines["data"]
        return None


def newcomer(name):
    done = node.verb("account", "create", name, "--password-file", node.data + ".password")
    checks.that(f"{name} has an account", done.returncode == 0, done.err)
    return node.token(name)


def post(token, text, **more):
    answer = node.call("POST", "/api/v1/statuses", token, {"status": text, **more})
    return answer.json()["id"]


def told_in_time(ann, bob):
    user, public = WebSocket("?stream=user", token=ann), WebSocket(f"?stream=public&access_token={ann}")
    tagged = WebSocket(protocol=ann)
    checks.that("a socket opens with the token in the header, the query or the protocol",
                user.is_open and public.is_open and tagged.is_open, (user.status, public.status, tagged.status))
    checks.that("the protocol that was offered comes back", tagged.fields.get("sec-websocket-protocol") == ann)
    tagged.say(type="subscribe", stream="hashtag", tag="Pumps")
    tagged.say(type="subscribe", stream="nonsense")
    refusal = tagged.message(None)
    checks.that("an unknown stream is an error and the socket stays", refusal and refusal.get("status") == 400, refusal)
    events, others = Events("user", ann), WebSocket("?stream=user", token=bob)
    checks.that("an event stream is one, unbuffered and without a length",
                b"text/event-stream" in events.head and b"X-Accel-Buffering: no" in events.head
                and b"Content-Length" not in events.head, events.head)
    began = time.monotonic()
    note = post(ann, "Notes on #pumps")
    for name, stream, array in (("user", user, ["user"]), ("public", public, ["public"]),
                                ("hashtag", tagged, ["hashtag", "Pumps"])):
        got = stream.message("update")
        checks.that(f"a post is told on {name} within {TOLD} s",
                    got and json.loads(got["payload"])["id"] == note and got["stream"] == array, got)
    data = events.event("update")
    checks.that(f"a post is told as an event within {TOLD} s", data and json.loads(data)["id"] == note, data)
    print(f"       all four heard after {(time.monotonic() - began) * 1000:.0f} ms", flush=True)
    hidden = post(ann, "Only for #pumps people", visibility="private")
    got = user.message("update")
    checks.that("a private post is told to its author", got and json.loads(got["payload"])["id"] == hidden, got)
    post(bob, "A greeting to @ann")
    got = user.message("notification")
    checks.that("a mention is told as a notification", got and json.loads(got["payload"])["type"] == "mention", got)
    got = public.message("update")
    checks.that("the public stream has the greeting next, not the private post",
                got and "greeting" in json.loads(got["payload"])["content"], got)
    node.call("PUT", f"/api/v1/statuses/{note}", ann, {"status": "Better notes on #pumps"})
    checks.that("an edit is told", bool(tagged.message("status.update")))
    node.call("DELETE", f"/api/v1/statuses/{note}", ann)
    got = events.event("delete")
    checks.that("a deletion is told as a bare id", got == note, got)
    got = others.message("update")
    checks.that("others hear of their own posts only", got and "greeting" in json.loads(got["payload"])["content"], got)
    checks.that("and of nothing else", others.message(None, seconds=1) is None)


def refused_before_the_upgrade():
    for name, stream in (("no token", WebSocket()), ("a wrong token", WebSocket(protocol="nonsense"))):
        checks.that(f"{name} is 401 before the upgrade", stream.status == 401, stream.status)
    answer = node.get("/api/v1/streaming/user", "nonsense")
    checks.that("a wrong token is 401 for events", answer.status == 401, answer.status)
    checks.that("health is OK", node.get("/api/v1/streaming/health").body == b"OK")


def cut_when_the_login_ends(ann):
    eve = newcomer("eve")
    sockets = [WebSocket("?stream=user", token=eve), WebSocket("?stream=public", token=eve)]
    events = Events("public", eve)
    checks.that("the streams of eve are open", all(s.is_open for s in sockets) and b"200 OK" in events.head)
    began = time.monotonic()
    done = node.verb("account", "suspend", "eve")
    checks.that("eve is suspended", done.returncode == 0, done.err)
    codes = [s.close_code(CLOSED) for s in sockets]
    took = time.monotonic() - began
    checks.that(f"her sockets close within {CLOSED} s", codes == [1008, 1008] and took < CLOSED * node.slow, (codes, took))
    checks.that("her event stream ends", events.ends(CLOSED))
    post(ann, "Without eve")
    checks.that("and she hears nothing more", b"Without eve" not in events.bytes and
                all(b"Without eve" not in s.bytes for s in sockets))


def many_idle_ones(ann):
    def rss():
        with open(f"/proc/{node.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    before = rss()
    idle = [WebSocket("?stream=user", token=ann) for _ in range(IDLE)]
    checks.that(f"{IDLE} sockets are open", all(s.is_open for s in idle))
    each = (rss() - before) / IDLE
    print(f"       {each:.1f} KiB for each of {IDLE} idle sockets", flush=True)
    if IS_LONG and not is_sanitized(BINARY):
        checks.that("an idle socket takes 10 KiB at most", each <= 10, each)
    began = time.monotonic()
    note = post(ann, "To all")
    heard = [s.message("update") for s in idle]
    checks.that(f"all {IDLE} are told", all(m and json.loads(m["payload"])["id"] == note for m in heard))
    print(f"       all had heard after {(time.monotonic() - began) * 1000:.0f} ms", flush=True)
    return idle


def told_to_come_back(ann, idle):
    events = Events("user", ann)
    code, seconds = node.stop()
    checks.that("SIGTERM ends the node with 0 within 10 s", code == 0 and seconds < 10 * node.slow, (code, seconds))
    codes = {s.close_code(2) for s in idle}
    checks.that("the sockets are told to come back (1001)", codes == {1001}, codes)
    checks.that("the event stream ends", events.ends(2))


node.init()
node.serve()
ann, bob = node.token("ann"), newcomer("bob")
checks.group(refused_before_the_upgrade)
checks.group(told_in_time, ann, bob)
checks.group(cut_when_the_login_ends, ann)
idle = checks.group(many_idle_ones, ann) or []
checks.group(told_to_come_back, ann, idle)
log = node.read_log()
checks.that("no token stands in the log", ann not in log and bob not in log)
checks.finish()
