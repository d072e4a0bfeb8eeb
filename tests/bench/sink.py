# SPDX-License-Identifier: Apache-2.0
"""The imaginary servers, in a process of their own: they serve actors and take deliveries.

As a program (`sink.py CONFIG`) it is the server; `Sink` starts it and asks it. Every delivery is kept in memory as
(time, host, type, activity id, object id, digest is right), at most 400,000; of the first 5,000 also what was signed.
"""
import asyncio
import base64
import hashlib
import json
import os
import socket
import subprocess
import sys
import urllib.parse
import urllib.request

MOST = 400_000       # deliveries kept: 100 MB; a full run makes 60,000
MOST_SIGNED = 5_000  # of them with their signature
MOST_BODY = 1 << 20  # bytes of one request


class State:
    def __init__(self, fleet, addresses):
        self.fleet = fleet
        self.addresses = addresses
        self.deliveries, self.signed, self.fetched, self.refused = [], [], 0, 0

    def reset(self):
        self.deliveries, self.signed, self.fetched, self.refused = [], [], 0, 0

    def get(self, path):
        bare, _, query = path.partition("?")
        if bare.startswith("/users/u") and bare[8:].isdigit():
            self.fetched += 1
            return self.fleet.document(int(bare[8:]))
        if bare == "/.well-known/webfinger":
            resource = urllib.parse.parse_qs(query).get("resource", [""])[0]
            name = resource.removeprefix("acct:").split("@")[0]
            if name[:1] == "u" and name[1:].isdigit():
                i = int(name[1:])
                return {"subject": f"acct:{name}@{self.fleet.host(i)}", "aliases": [self.fleet.actor(i)], "links": [
                    {"rel": "self", "type": "application/activity+json", "href": self.fleet.actor(i)}]}
        return None

    def take(self, now, host, target, headers, body):
        if len(self.deliveries) >= MOST:
            self.refused += 1
            return 503
        try:
            activity = json.loads(body)
            of = activity.get("object")
            of = of if isinstance(of, str) else (of or {}).get("id", "")
        except (ValueError, AttributeError):
            self.refused += 1
            return 400
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        right = f"SHA-256={digest}" == headers.get("digest") or f":{digest}:" in headers.get("content-digest", "")
        self.deliveries.append((now, host, activity.get("type", ""), activity.get("id", ""), of, right))
        if len(self.signed) < MOST_SIGNED:
            self.signed.append((target, headers))
        return 202


class Server(asyncio.Protocol):
    """HTTP/1.1 as curl speaks it to us: kept connections, Content-Length."""

    def __init__(self, state, host):
        self.state, self.host, self.have = state, host, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.have += data
        while True:
            end = self.have.find(b"\r\n\r\n")
            if end < 0 or len(self.have) > MOST_BODY:
                if len(self.have) > MOST_BODY:
                    self.transport.close()
                return
            lines = self.have[:end].decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ", 2)
            headers = {}
            for line in lines[1:]:
                name, _, value = line.partition(":")
                headers[name.strip().lower()] = value.strip()
            length = int(headers.get("content-length", "0"))
            if len(self.have) < end + 4 + length:
                if headers.get("expect", "").lower() == "100-continue" and len(self.have) == end + 4:
                    self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            body = self.have[end + 4:end + 4 + length]
            self.have = self.have[end + 4 + length:]
            self.answer(method, target, headers, body)

    def answer(self, method, target, headers, body):
        state = self.state
        now = asyncio.get_running_loop().time()
        if self.host is None:  # the control port
            if target == "/reset":
                state.reset()
                found = {}
            elif target == "/signed":
                found = state.signed
            elif target == "/deliveries":
                found = state.deliveries
            else:
                found = {
                    "deliveries": len(state.deliveries), "fetched": state.fetched, "refused": state.refused,
                    "types": _count(one[2] for one in state.deliveries),
                }
            return self.send(200, json.dumps(found).encode())
        if method == "POST":
            return self.send(state.take(now, self.host, target, headers, body), b"")
        found = state.get(target)
        self.send(404 if found is None else 200, json.dumps(found).encode())

    def send(self, status, body):
        self.transport.write(
            b"HTTP/1.1 %d x\r\nContent-Type: application/activity+json\r\nContent-Length: %d\r\n\r\n%b"
            % (status, len(body), body)
        )


def _count(values):
    counts = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts


async def _serve(config):
    from fleet import Fleet, address

    class Shown:  # the parent holds the private keys; the servers only show the public ones
        def __init__(self, pem):
            self.public_pem = pem

    fleet = Fleet(config["hosts"], config["port"], [Shown(pem) for pem in config["keys"]])
    addresses = [address(host) for host in range(config["hosts"])]
    state = State(fleet, addresses)
    loop = asyncio.get_running_loop()
    for number, where in enumerate(addresses):
        await loop.create_server(lambda number=number: Server(state, number), where, config["port"], backlog=256)
    await loop.create_server(lambda: Server(state, None), "127.0.0.1", config["control"])
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # ends with the parent


class Sink:
    """The running servers of `run.fleet`'s hosts."""

    def __init__(self, run, fleet, control):
        self.control = f"http://127.0.0.1:{control}"
        self.fleet = fleet
        config = run.path("sink.json")
        with open(config, "w") as file:
            json.dump({
                "hosts": fleet.hosts, "port": fleet.port, "control": control,
                "keys": [key.public_pem for key in fleet.keys],
            }, file)
        self.process = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), config], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        run.closing.append(self.stop)
        if self.process.stdout.readline() != b"ready\n":
            raise RuntimeError("the imaginary servers did not start")

    def ask(self, what):
        with urllib.request.urlopen(self.control + what, timeout=60) as answer:
            return json.load(answer)

    def stats(self):
        return self.ask("/stats")

    def reset(self):
        self.ask("/reset")

    def deliveries(self):
        return self.ask("/deliveries")

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def free_port_on_all(hosts):
    """A port that is free on every address of the fleet."""
    from fleet import address
    for port in range(18080, 18480):
        taken = []
        try:
            for host in range(hosts):
                one = socket.socket()
                taken.append(one)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind((address(host), port))
            return port
        except OSError:
            continue
        finally:
            for one in taken:
                one.close()
    raise RuntimeError("no port from 18080 on is free on all of the fleet's addresses")


if __name__ == "__main__":
    import common  # noqa: F401: sets the path for the modules of tests/blackbox/lib

    with open(sys.argv[1]) as read:
        asyncio.run(_serve(json.load(read)))
