# SPDX-License-Identifier: Apache-2.0
"""See hostile.sh. Every input goes to every entrance it fits; mutations go to one each, by dice."""
import itertools
import json
import os
import random
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, quote_from_bytes

from corpora import Corpora, at_origin, believable, mutate_bytes
from peer import Peer
from rig import Checks, Node, arguments, run, temp_folder, wait_until

BINARY, IS_LONG = arguments("hostile")
MUTATIONS = 10_000 if IS_LONG else 500
THREADS = 4
NODE_FAULTS_ALLOWED = (501, 505)  # an unknown method or version of HTTP is the sender's fault

seed = int(os.environ.get("OUTBOARD_TEST_SEED", random.randrange(1 << 32)))
checks = Checks()
node = Node(BINARY, os.path.join(temp_folder(), "n"), env={"OUTBOARD_LIMITS_RATE_LIMIT": "false"})
peer = Peer()
eve = peer.actor("eve")
numbers = itertools.count(1)


class Tally:
    """Counts answers by entrance and status; keeps the first faults. Threads: any."""

    def __init__(self):
        self.lock = threading.Lock()
        self.counts = {}
        self.faults = []

    def add(self, entrance, status, fault=None):
        with self.lock:
            counts = self.counts.setdefault(entrance, {})
            counts[status] = counts.get(status, 0) + 1
            if fault:
                self.faults.append((entrance, status, fault))

    def total(self):
        return sum(sum(counts.values()) for counts in self.counts.values())


tally = Tally()


def fault_of(status, body, sent):
    """What is wrong with an answer; None when nothing is."""
    if status >= 500 and status not in NODE_FAULTS_ALLOWED:
        return f"5xx: {body[:200]!r} for {sent[:300]!r}"
    if status < 400:
        return None
    text = body.decode("utf-8", "replace")
    try:
        refusal = json.loads(text)
        text = refusal.get("error") or refusal.get("detail") or refusal.get("title") or ""
    except (ValueError, AttributeError):
        text = re.sub(r"<[^>]*>", " ", text)
    return None if len(str(text).strip()) >= 10 else f"says not what was wrong: {body[:200]!r} for {sent[:300]!r}"


def exchange(entrance, method, target, body=None, headers=None, token=None):
    try:
        answer = node.call(method, target, token, body, headers)
    except Exception as problem:  # noqa: BLE001: a connection without an answer is a fault, whatever it raised
        tally.add(entrance, 0, f"no answer ({problem!r}) for {method} {target[:200]} {body[:300] if body else ''!r}")
        return
    fault = fault_of(answer.status, answer.body, body or target.encode())
    tally.add(entrance, answer.status, None if method == "HEAD" and answer.status < 500 else fault)


# Entrances: each takes dice and bytes.

def unsigned_inbox(dice, data):
    kind = dice.choice(("application/activity+json", "application/ld+json", "application/json", "text/html", ""))
    exchange("inbox, unsigned", "POST", dice.choice(("/inbox", "/users/ann/inbox", "/users/nobody/inbox")), data, {"Content-Type": kind})


def signed_inbox(_, data):
    path = "/users/ann/inbox"
    exchange("inbox, signed", "POST", path, data, peer.sign(eve, node.origin + path, data))


def believed_inbox(dice, data):
    """The document as eve's own, at her origin: what is behind the gate meets it."""
    if len(data) > 1_200_000:
        return signed_inbox(dice, data)
    number = next(numbers)
    made = believable(dice, at_origin(data, peer.origin), eve, number, node.origin + "/users/ann")
    if made is None:
        return signed_inbox(dice, at_origin(data, peer.origin))
    peer.documents[f"/users/eve/obj/{number}"] = at_origin(data, peer.origin)
    exchange("inbox, signed and own", "POST", "/inbox", made, peer.sign(eve, node.origin + "/inbox", made))
    return None


def damaged_signature(dice, data):
    headers = peer.sign(eve, node.origin + "/inbox", data)
    name = dice.choice(("Signature", "Date", "Digest"))
    damaged = mutate_bytes(dice, headers[name].encode(), [b'keyId="x",headers="(created)"', b"sig1=();created=1"])
    clean = bytes(c for c in damaged if c >= 0x20 and c != 0x7f).decode("latin-1")[:8000]
    exchange("inbox, damaged signature", "POST", "/inbox", data, {**headers, name: clean})


def resolved(dice, data):
    """The node fetches it: an actor, an object, whatever it is."""
    path = f"/hostile/{next(numbers)}"
    peer.documents[path] = at_origin(data, peer.origin) if dice.random() < 0.7 else data
    exchange("search with resolve", "GET", f"/api/v2/search?resolve=true&q={quote(peer.origin + path, safe='')}", token=TOKEN)
    peer.documents.pop(path)


def api_body(dice, data):
    kind = dice.choice(("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                        "multipart/form-data", "text/plain", ""))
    target = dice.choice(("/api/v1/statuses", "/api/v1/statuses", "/api/v1/accounts/update_credentials", "/api/v1/statuses/1",
                          "/oauth/token", "/api/v1/apps", "/api/v1/accounts/1/follow"))
    method = dice.choice(("POST", "POST", "PUT", "PATCH", "DELETE"))
    exchange("API bodies", method, target, data, {"Content-Type": kind}, TOKEN)


def api_status(dice, data):
    """Well-formed calls with hostile values."""
    text = data.decode("utf-8", "replace")[:20_000]
    document = {"status": text, "spoiler_text": text[:dice.choice((0, 3, 600))], "visibility": dice.choice(("public", "direct", text[:9])),
                "language": text[:dice.choice((0, 2, 50))], "in_reply_to_id": dice.choice((None, text[:20], 1, [1])),
                "sensitive": dice.choice((True, "x", None, 2)), "content_type": dice.choice(("text/plain", "text/markdown", text[:5]))}
    exchange("API statuses", "POST", "/api/v1/statuses", json.dumps(document).encode(), {"Content-Type": "application/json"}, TOKEN)


def api_query(dice, data):
    part = quote_from_bytes(data[:dice.choice((5, 60, 1500))], safe=dice.choice(("", "&=[]/?", "%")))
    target = dice.choice((
        "/api/v1/timelines/home?limit={}&max_id={}", "/api/v1/statuses/{}", "/api/v1/accounts/{}/statuses?{}", "/api/v2/search?q={}",
        "/api/v1/accounts/lookup?acct={}", "/.well-known/webfinger?resource={}", "/users/{}", "/@{}", "/@ann/{}", "/tags/{}", "/{}",
        "/api/v1/accounts/relationships?id[]={}&id[]={}", "/api/v1/notifications?types[]={}&since_id={}", "/users/ann/outbox?page={}&max_id={}",
        "/api/v1/{}", "/nodeinfo/{}", "/contexts/{}", "/assets/{}", "/api/v1/statuses/{}/context"))
    target = target.replace("{}", part)[:9000]
    accept = dice.choice(("*/*", "application/activity+json", "text/html", "application/json"))
    exchange("queries and paths", dice.choice(("GET", "GET", "GET", "HEAD", "POST", "OPTIONS")) if part.isascii() else "GET", target,
             headers={"Accept": accept}, token=dice.choice((TOKEN, None)))


_HEADS = [
    b"GET /.well-known/nodeinfo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"POST /inbox HTTP/1.1\r\nHost: x\r\nContent-Type: application/activity+json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
    b"POST /api/v1/statuses HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n%x\r\n",
    b"GET /users/ann HTTP/1.1\r\nHost: x\r\nAccept: application/activity+json\r\nX-A: b\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /api/v1/timelines/home HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
]


def raw_request(dice, data):
    """The bytes as a request of their own, or behind a head that is damaged itself."""
    if dice.random() < 0.3:
        sent = data
    else:
        head = dice.choice(_HEADS)
        head = head % len(data) if b"%" in head else head
        sent = (mutate_bytes(dice, head, _HEADS) if dice.random() < 0.8 else head) + data
    sent = sent[:200_000]
    try:
        got = node.raw(sent)
    except OSError as problem:
        tally.add("raw requests", 0, f"{problem!r} for {sent[:300]!r}")
        return
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", got)
    if not found:
        # Nothing is answered to a request that never ended; anything else is answered.
        is_whole = re.match(rb"[A-Z]+ [^ \r\n]+ HTTP/1\.1\r\n(?:[A-Za-z-]+: [^\r\n]*\r\n)*\r\n", sent)
        fault = f"no answer for {sent[:300]!r}" if got or (is_whole and not re.search(rb"(?i)length|encoding", sent)) else None
        tally.add("raw requests", 0, fault)
        return
    status = int(found.group(1))
    body = got.split(b"\r\n\r\n", 1)[-1]
    is_head = sent.startswith(b"HEAD")
    tally.add("raw requests", status, None if is_head else fault_of(status, body, sent))


def tool(what, *more):
    def feed(_, data):
        done = run(BINARY, "debug", what, *more, stdin=data, seconds=60 * node.slow)
        fault = None
        if done.returncode not in (0, 1) or (done.returncode == 1 and len(done.err.strip()) < 10):
            fault = f"exit {done.returncode} {done.err[:1500]} for {data[:300]!r}"
        tally.add("debug " + " ".join((what, *more)), done.returncode, fault)
    return feed


def guarded_line(data):
    return data.replace(b"\n", b" ").replace(b"\r", b" ")


def check_batches(corpora):
    """Whole corpora through one run of a tool."""
    lines = [guarded_line(url) for url in corpora.urls]
    done = run(BINARY, "debug", "url", stdin=b"\n".join(lines) + b"\n")
    said = done.stdout.decode("utf-8", "replace").splitlines()
    checks.that(f"debug url answers each of {len(lines)} addresses", done.returncode == 0 and len(said) == len(lines)
                and all(re.fullmatch(r"allow|refuse \S+", line) for line in said), done.err or said[:5])
    changed = []
    for text in corpora.texts:
        once = run(BINARY, "debug", "html", stdin=text)
        again = run(BINARY, "debug", "html", stdin=once.stdout)
        if once.returncode != 0 or again.stdout != once.stdout:
            changed.append((text[:200], once.stdout[:200], again.stdout[:200]))
    checks.that(f"debug html of {len(corpora.texts)} texts changes nothing of its own output", not changed, changed[:3])


INBOXES = (unsigned_inbox, signed_inbox, believed_inbox)
DOCUMENT_ENTRANCES = (*INBOXES, resolved, api_body, raw_request)
TEXT_ENTRANCES = (api_status, api_query, api_body, raw_request)
MUTATION_ENTRANCES = (believed_inbox, believed_inbox, believed_inbox, signed_inbox, unsigned_inbox, damaged_signature, resolved, resolved,
                      api_body, api_status, api_query, api_query, raw_request, raw_request)
TOOLS = (tool("json"), tool("html"), tool("html", "--input", "markdown"), tool("html", "--input", "plain"), tool("url"))


def work_for(corpora, dice):
    """(entrance, seed, bytes), all of them."""
    for number, (_, data) in enumerate(corpora.documents):
        for entrance in DOCUMENT_ENTRANCES:
            yield entrance, dice.random(), data
        if IS_LONG or number % 3 == 0:  # a process each
            yield TOOLS[0], 0, data
    for text in corpora.texts + corpora.urls:
        for entrance in TEXT_ENTRANCES:
            yield entrance, dice.random(), text
    documents = [data for _, data in corpora.documents if 0 < len(data) < 300_000]
    everything = documents * 3 + corpora.texts + corpora.urls
    for number in range(MUTATIONS):
        data = mutate_bytes(dice, dice.choice(everything), documents) if number % 3 else dice.choice(documents)
        yield dice.choice(TOOLS if number % 10 == 0 else MUTATION_ENTRANCES), dice.random(), data


def memory_kib():
    with open(f"/proc/{node.process.pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


def queued():
    done = node.verb("queue", "list", "--json")
    return json.loads(done.out) if done.returncode == 0 else {"inbox_untried": -1, "why": done.err}


def main():
    global TOKEN
    print(f"seed {seed} (OUTBOARD_TEST_SEED repeats it)", flush=True)
    dice = random.Random(seed)
    node.init()
    TOKEN = node.token("ann", "--scopes", "read write follow push admin:read")
    node.serve()
    pid, began = node.process.pid, memory_kib()
    now = datetime.now(timezone.utc)
    corpora = Corpora({
        "node": node.origin, "evil": peer.origin, "peer": peer.origin, "evil_host": peer.host, "peer_host": peer.host,
        "PEER_HOST_UPPER": peer.host.upper(), "now": now.isoformat(), "now+1d": (now + timedelta(days=1)).isoformat(),
        "ann_post": node.origin + "/users/ann/statuses/1", "next": lambda: next(numbers)})
    with ThreadPoolExecutor(THREADS) as pool:
        results = [pool.submit(entrance, random.Random(part), data) for entrance, part, data in work_for(corpora, dice)]
    broken = [result.exception() for result in results if result.exception()]
    checks.that("the test itself stumbled over nothing", not broken, [repr(problem) for problem in broken[:3]])
    for entrance, counts in sorted(tally.counts.items()):
        faults = [fault for where, _, fault in tally.faults if where == entrance]
        checks.that(f"{entrance}: {sum(counts.values())} inputs, answers {dict(sorted(counts.items()))}, none without reason, no 5xx",
                    not faults, "\n".join(faults[:5]))
    check_batches(corpora)
    checks.that("the same process lives", node.is_alive() and node.process.pid == pid, node.read_log()[-2000:])
    checks.that("nodeinfo answers", node.get("/.well-known/nodeinfo").status == 200)
    checks.that("nothing that was taken is left untried", wait_until(lambda: queued()["inbox_untried"] == 0, 60 * node.slow, pause=0.5),
                queued())
    left = queued()
    reasons = left.get("inbox_reasons", [])
    checks.that(f"what is to be tried again says why: {reasons}", all(len(reason["why"].strip()) >= 10 for reason in reasons)
                and bool(reasons) == (left["inbox_to_try_again"] > 0), left)
    home = node.get("/api/v1/timelines/home", TOKEN)
    listed = node.get("/api/v1/notifications?limit=80", TOKEN)
    checks.that("every page of the owner is still well formed", home.status == 200 and listed.status == 200
                and isinstance(home.json(), list) and isinstance(listed.json(), list))
    errors = [line for line in node.read_log().splitlines() if re.match(r"\S+ error ", line)]
    checks.that("the log holds no error of the node's own", not errors, "\n".join(errors[:10]))
    print(f"memory {began // 1024} MiB at the start, {memory_kib() // 1024} MiB at the end", flush=True)
    doctor = node.verb("doctor", "--json")
    checks.that("doctor finds nothing broken", doctor.returncode == 0, doctor.out + doctor.err)
    checks.that("it ends on SIGTERM with 0", node.stop()[0] == 0, node.read_log()[-2000:])
    peer.close()
    print(f"{len(corpora.documents)} documents, {len(corpora.texts)} texts, {len(corpora.urls)} addresses, {MUTATIONS} mutations: "
          f"{tally.total()} inputs, {len(tally.faults)} faults", flush=True)
    checks.finish()


main()
