# SPDX-License-Identifier: Apache-2.0
"""The inbox: accepted and visible per second, actors never met, incoming follows."""
import json
import random
import time

import data
from common import CONNECTIONS, at_least, at_most, cpu_seconds, expect, poll, replay
from world import SENDERS, Visible


def _notes(world, senders):
    """Requests of one note each by `senders`, naming ann, and the markers they are known by."""
    chance = random.Random(len(senders))
    markers = [world.marker(number) for number in world.take_numbers(len(senders))]
    mention = (world.actor("ann"), f"@ann@{world.node.domain}")
    named = f'<p><a class="mention" href="{mention[0]}">@ann</a> '
    wanted = [
        (sender, world.fleet.note(sender, marker, f"{named}{data.words(chance)}</p>", mention))
        for sender, marker in zip(senders, markers)
    ]
    return world.fleet.requests(wanted, f"{world.node.origin}/inbox"), markers


def _is_sound(world):
    """A forged note is refused and never shown, the same note as it was signed is taken, and taken twice is shown once."""
    (good,), (marker,) = _notes(world, [SENDERS - 1])
    head, _, body = good.partition(b"\r\n\r\n")
    forged = head + b"\r\n\r\n" + body.replace(b"@ann", b"@eve")
    expect(forged != good, "the forgery is none")
    status = world.node.raw(forged).split(b" ", 2)[1]
    expect(status in (b"400", b"401", b"403"), f"a body that does not fit its digest got {status}")
    replay(world.run, [good], world.node.port, 1)
    replay(world.run, [good], world.node.port, 1)  # 202 again, and nothing happens
    seen = Visible(world, [marker])
    seen.cursor = "0"
    seen.wait(10)


def flood(run, world, count):
    """`count` notes by known senders: (replay's account, seconds to visible, node's CPU seconds)."""
    requests, markers = _notes(world, [number % (SENDERS - 1) for number in range(count)])
    seen = Visible(world, markers)
    pid = world.node.process.pid
    before = cpu_seconds(pid)
    told = replay(run, requests, world.node.port)
    visible, cpu = seen.wait(run.pick(120, 60))
    return told, visible - told["first"], cpu - before


def _first_contact(run, world):
    """Notes by actors the node has never met: it fetches each from its server before it believes it."""
    count = run.pick(1500, 60)
    requests, markers = _notes(world, list(world.take_actors(count)))
    seen = Visible(world, markers)
    before = cpu_seconds(world.node.process.pid)
    told = replay(run, requests, world.node.port)
    visible, cpu = seen.wait(run.pick(120, 60))
    visible, cpu = visible - told["first"], cpu - before
    run.figure(
        "first_contact_visible_per_s", count / visible, "1/s", "rsa2048_verify_per_s",
        accepted_per_s=round(count / told["seconds"], 1), p50_ms=told["p50_ms"], p99_ms=told["p99_ms"], actors=count,
        cpu_ms_each=round(cpu * 1000 / count, 3)
    )


def _follows(run, world):
    """Follows by known actors; done when each has its Accept and the count is right."""
    count = run.pick(SENDERS, 200)
    before_count = world.account("zero")["followers_count"]
    expect(before_count == 0, f"zero has {before_count} followers before the follows")
    target = world.actor("zero")
    markers = [world.marker(number) for number in world.take_numbers(count)]
    wanted = [(sender, world.fleet.follow(sender, target, marker)) for sender, marker in zip(range(count), markers)]
    requests = world.fleet.requests(wanted, f"{world.node.origin}/inbox")
    world.sink.reset()
    before = cpu_seconds(world.node.process.pid)
    told = replay(run, requests, world.node.port)
    poll(lambda: world.sink.stats()["deliveries"] >= count, run.pick(120, 60), 0.1)
    cpu = cpu_seconds(world.node.process.pid) - before
    accepts = [one for one in world.sink.deliveries() if one[2] == "Accept"]
    answered = {one[4] for one in accepts}
    expected = {f"{world.fleet.actor(sender)}/follows/{marker}" for sender, marker in zip(range(count), markers)}
    expect(answered == expected, f"{len(expected - answered)} of {count} follows have no Accept")
    expect(len(accepts) == count, f"{len(accepts) - count} Accepts came twice")
    followers = world.account("zero")["followers_count"]
    expect(followers == count, f"{followers} followers are counted after {count} follows")
    last = max(one[0] for one in accepts)
    run.figure(
        "follows_answered_per_s", count / (last - told["first"]), "1/s", "rsa2048_sign_per_s",
        accepted_per_s=round(count / told["seconds"], 1), cpu_ms_each=round(cpu * 1000 / count, 3)
    )
    _unfollow(run, world, wanted)


def _unfollow(run, world, follows):
    """So that `zero` has no followers again for the posting figures."""
    undone = [
        (sender, {
            "@context": follow["@context"], "id": follow["id"] + "/undo", "type": "Undo", "actor": follow["actor"],
            "object": follow,
        }) for sender, follow in follows
    ]
    replay(run, world.fleet.requests(undone, f"{world.node.origin}/inbox"), world.node.port)
    expect(
        poll(lambda: world.account("zero")["followers_count"] == 0, 60, 0.2), "unfollowing left followers behind"
    )


def measure(run, world):
    node = world.serve()
    _is_sound(world)
    count = run.pick(10_000, 400)
    flood(run, world, count // 10)  # keys and profiles of the senders are in memory, as on a node that has run a while
    told, visible, cpu = flood(run, world, count)
    run.figure(
        "inbox_accepted_per_s", count / told["seconds"], "1/s", "rsa2048_verify_per_s", at_least(0.06),
        p50_ms=told["p50_ms"], p99_ms=told["p99_ms"], activities=count, connections=CONNECTIONS
    )
    run.figure("inbox_visible_per_s", count / visible, "1/s", "sqlite_batch100_full_per_s", at_least(0.08))
    run.figure(
        "inbox_cpu_per_visible", cpu * 1000 / count, "ms", ("one RSA verify", 1000 / run.limits["rsa2048_verify_per_s"]),
        at_most(0.40, "ms")
    )
    _first_contact(run, world)
    _follows(run, world)


def measure_slow(run, world, extra_ms):
    """The inbox again with a slower disk."""
    node = world.serve(slow_ms=extra_ms)
    count = run.pick(4000, 200)
    flood(run, world, count // 10)
    syncs = node.slow_disk.count()
    told, visible, cpu = flood(run, world, count)
    syncs = node.slow_disk.count() - syncs
    expect(syncs > 0, "the preloaded library saw no fdatasync: the disk was not slowed")
    more = {"fdatasyncs_per_1000": round(syncs * 1000 / count, 1), "activities": count}
    run.figure(
        f"inbox_accepted_per_s_disk_{extra_ms}ms", count / told["seconds"], "1/s", "rsa2048_verify_per_s",
        p50_ms=told["p50_ms"], p99_ms=told["p99_ms"], **more
    )
    run.figure(f"inbox_visible_per_s_disk_{extra_ms}ms", count / visible, "1/s", "sqlite_batch100_full_per_s")
    run.figure(f"inbox_cpu_per_visible_disk_{extra_ms}ms", cpu * 1000 / count, "ms")
