# SPDX-License-Identifier: Apache-2.0
"""What an author waits for a post, and how long it takes until every server has it."""
import base64
import json
import random

import data
import limits
from common import at_least, cpu_seconds, expect, monotonic, poll, post_bytes, replay, share
from fleet import address, is_signed, public_numbers

PAUSE = 0.1  # seconds between two posts of one author: the fan-out of the one before is under way


def posts(world, person, count):
    """Requests of `count` posts, and the texts they are known by."""
    chance = random.Random(count)
    texts = [f"{world.marker(number)} {data.words(chance)}" for number in world.take_numbers(count)]
    headers = {"Authorization": "Bearer " + world.node.tokens[person], "Content-Type": "application/json"}
    requests = [
        post_bytes("/api/v1/statuses", world.node.domain, json.dumps({"status": text}).encode(), headers)
        for text in texts
    ]
    return requests, texts


def posted(world, person, texts):
    """URIs of these posts as the author's list shows them: each once, none missing."""
    me = world.account(person)["id"]
    wanted, found, after = {text.split()[0] for text in texts}, {}, ""
    while len(found) < len(wanted):
        page = world.api(f"/api/v1/accounts/{me}/statuses?limit=40{after}", person)
        if not page:
            break
        for one in page:
            marker = one["content"].removeprefix("<p>").split(" ")[0]
            if marker in wanted:
                expect(marker not in found, f"a post is there twice: {marker}")
                found[marker] = one["uri"]
        after = "&max_id=" + page[-1]["id"]
    expect(len(found) == len(wanted), f"{len(wanted) - len(found)} of {len(wanted)} posts are not there")
    return set(found.values())


def _delivered(world, uris, hosts, seconds):
    """Deliveries of these posts once all have come; every host has each exactly once, with the right digest."""
    wanted = len(uris) * hosts
    poll(lambda: world.sink.stats()["types"].get("Create", 0) >= wanted, seconds, 0.2)
    came = [one for one in world.sink.deliveries() if one[2] == "Create" and one[4] in uris]
    pairs = {(one[4], one[1]) for one in came}
    expect(len(pairs) == wanted, f"{wanted - len(pairs)} of {wanted} deliveries did not come within {seconds} s")
    expect(len(came) == wanted, f"{len(came) - wanted} deliveries came twice")
    expect(all(one[5] for one in came), "a delivery's digest is wrong")
    return came


def _are_signed(world, person):
    """The deliveries at hand verify under the author's published key (draft-cavage-12, as sent at first knock)."""
    actor = world.node.document(f"/users/{person}").json()
    numbers = public_numbers(actor["publicKey"]["publicKeyPem"])
    signed = world.sink.ask("/signed")
    for target, headers in signed[:200]:
        given = dict(part.split("=", 1) for part in headers["signature"].split(","))
        given = {name.strip(): value.strip('"') for name, value in given.items()}
        lines = [
            f"(request-target): post {target}" if name == "(request-target)" else f"{name}: {headers[name]}"
            for name in given["headers"].split()
        ]
        signature = base64.b64decode(given["signature"])
        expect(is_signed(numbers, "\n".join(lines).encode(), signature), "a delivery's signature is wrong")
    return len(signed[:200])


def _one_post(world, person):
    """A post by itself: (when it was sent, its URI)."""
    (request,), (text,) = posts(world, person, 1)
    body = request.partition(b"\r\n\r\n")[2]
    sent = monotonic()
    answer = world.node.call(
        "POST", "/api/v1/statuses", world.node.tokens[person], body, {"Content-Type": "application/json"}
    )
    expect(answer.status == 200, f"a post got {answer.status}: {answer.body[:200]}")
    shown = answer.json()
    expect(text.split()[0] in shown["content"], "the post shows another text")
    return sent, shown["uri"]


def _sink_limit(run, world):
    """What the imaginary servers take at most: a fan-out near it would be their figure, not the node's."""
    body = json.dumps(world.fleet.note(0, "limit", "<p>" + "x" * 400 + "</p>")).encode()
    request = post_bytes("/inbox", world.fleet.host(0), body, {"Content-Type": "application/activity+json"})
    count = run.pick(10_000, 1000)
    told = replay(run, [request] * count, world.fleet.port, where=address(0))
    run.limit("imaginary_servers_deliveries_per_s", count / told["seconds"], "1/s")


def fan_out(run, world):
    """Posts to 1,000 followers on 100 hosts: one after the other, then many at once."""
    node = world.serve()
    _sink_limit(run, world)
    hosts = world.fleet.hosts
    world.sink.reset()
    _, uri = _one_post(world, "thousand")  # connections and keys are there before the clock runs
    _delivered(world, {uri}, hosts, 60)
    checked = _are_signed(world, "thousand")
    all_ms, first_ms = [], []
    for _ in range(run.pick(20, 3)):
        world.sink.reset()
        sent, uri = _one_post(world, "thousand")
        came = [one[0] for one in _delivered(world, {uri}, hosts, 60)]
        all_ms.append((max(came) - sent) * 1000)
        first_ms.append((min(came) - sent) * 1000)
    typical = share(all_ms, 0.5)
    run.figure(
        "fanout_100_hosts", typical, "ms", ("100 RSA signatures of one core", 100_000 / run.limits["rsa2048_sign_per_s"]),
        first_ms=round(share(first_ms, 0.5), 1), most_ms=round(max(all_ms), 1), posts=len(all_ms)
    )
    run.figure(
        "fanout_deliveries_per_s", hosts / typical * 1000, "1/s", "rsa2048_sign_per_s", at_least(0.40),
        verified_signatures=checked
    )
    world.sink.reset()
    requests, texts = posts(world, "thousand", run.pick(60, 4))
    before = cpu_seconds(node.process.pid)
    told = replay(run, requests, node.port, 4)
    came = _delivered(world, posted(world, "thousand", texts), hosts, 120)
    cpu = cpu_seconds(node.process.pid) - before
    run.figure(
        "fanout_burst_deliveries_per_s", len(came) / (max(one[0] for one in came) - told["first"]), "1/s",
        "rsa2048_sign_per_s", posts=len(texts), cpu_ms_per_delivery=round(cpu * 1000 / len(came), 3)
    )


def _latency(run, world, person, hosts, count):
    world.sink.reset()
    requests, texts = posts(world, person, count)
    told = replay(run, requests, world.node.port, 1, PAUSE)
    uris = posted(world, person, texts)
    _delivered(world, uris, hosts, run.pick(300, 60))
    return told


def latency(run, world, extra_ms=0):
    """The author's wait without followers and with 50,000, on a disk slowed by `extra_ms` per fdatasync."""
    node = world.serve(slow_ms=extra_ms)
    count = run.pick(120 if extra_ms else 300, 10)
    end = f"_disk_{extra_ms}ms" if extra_ms else ""
    _latency(run, world, "zero", 0, 5)
    disk_p99 = limits.fdatasync(run)[1] + extra_ms
    most = 5 + 2 * disk_p99
    expect(world.account("zero")["followers_count"] == 0, "zero has followers")
    syncs = node.slow_disk.count() if extra_ms else 0
    none = _latency(run, world, "zero", 0, count)
    more = {"posts": count}
    if extra_ms:
        more["fdatasyncs_per_post"] = round((node.slow_disk.count() - syncs) / count, 2)
    many = _latency(run, world, "many", world.fleet.hosts, count)
    target = (lambda value, _: value <= most, f"at most 5 ms + 2 fdatasync p99 = {most:.1f} ms")
    disk = ("fdatasync p99", disk_p99)
    run.figure(f"posting_p50_no_followers{end}", none["p50_ms"], "ms", disk, **more)
    run.figure(f"posting_p99_no_followers{end}", none["p99_ms"], "ms", disk, target)
    name = f"{world.followers}_followers"
    run.figure(f"posting_p50_{name}{end}", many["p50_ms"], "ms", disk, posts=count)
    run.figure(f"posting_p99_{name}{end}", many["p99_ms"], "ms", disk, target)
    run.figure(
        f"posting_p99_{name}_to_none{end}", many["p99_ms"] / max(none["p99_ms"], 0.001), "ratio", None,
        (lambda value, _: value <= 1.2, "at most 1.2: equal within 20 %")
    )

