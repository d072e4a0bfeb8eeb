# SPDX-License-Identifier: Apache-2.0
"""Home and notifications as the database grows: the same newest page, more and more behind it."""
import data
import reads
from common import cpu_seconds, expect, wrk
from world import FOLLOWED, STEP_MS

PAGES = (
    ("home", "/api/v1/timelines/home?limit=20"),
    ("notifications", "/api/v1/notifications?limit=20"),
)


def measure(run, world):
    world.stop()
    node = world.new_node("grown")
    fill = data.Filling(node)
    authors = fill.remote_accounts(world.fleet, FOLLOWED, FOLLOWED)
    ann = fill.account_id("ann")
    fill.follows([(ann, one) for one in authors])
    fill.close()
    sizes = run.pick((10_000, 100_000, 1_000_000), (2_000, 10_000))
    first, have = {}, 0
    for size in sizes:
        run.say(f"growing to {size} statuses")
        fill = data.Filling(node)
        fill.statuses(have, size, STEP_MS, world.fleet, authors, ann)
        fill.close()
        have = size
        world.serve(node=node)
        for name, path in PAGES:
            _page(run, node, name, path, size, first)
        world.stop(node)


def _page(run, node, name, path, size, first):
    token = node.tokens["ann"]
    answer = node.get(path, token=token)
    expect(answer.status == 200, f"{path} answered {answer.status}: {answer.body[:200]}")
    reads.is_page(20)(answer.body)
    headers = {"Host": node.domain, "Authorization": "Bearer " + token}
    url = f"http://127.0.0.1:{node.port}{path}"
    wrk(run, url, 1, headers)
    before = cpu_seconds(node.process.pid)
    told = wrk(run, url, run.pick(8, 2), headers)
    cpu = cpu_seconds(node.process.pid) - before
    expect(told["bytes"] >= 0.95 * len(answer.body), f"{path}: shorter answers under load")
    target = None  # the first size is what the others are held against
    if name in first:
        target = (lambda value, ratio: ratio <= 2, "at most 2 times its p99 with the fewest")
    first.setdefault(name, told["p99_ms"])
    run.figure(
        f"growth_{name}_p99_{size}", told["p99_ms"], "ms", ("its p99 with the fewest statuses", first[name]),
        target,
        req_s=told["req_s"], p50_ms=told["p50_ms"], bytes=len(answer.body),
        cpu_ms_per_request=round(cpu * 1000 / told["requests"], 4)
    )
