# SPDX-License-Identifier: Apache-2.0
"""Reading: requests per second and p99 at 32 connections, beside nginx with the small file and with the same bytes."""
import json

from common import CONNECTIONS, at_least, cpu_seconds, expect, wrk


def is_page(least):
    def check(body):
        items = json.loads(body)
        expect(isinstance(items, list) and len(items) >= least, f"{least} items expected, {len(items)} came")
        expect(len({item["id"] for item in items}) == len(items), "an item is there twice")
        return len(items)
    return check


def _is_home(body):
    count = is_page(20)(body)
    texts = [(item["reblog"] or item)["content"] for item in json.loads(body)]
    expect(all(len(text) > 20 for text in texts), "a status has no text")
    return count


def _is_search(body):
    accounts = json.loads(body)["accounts"]
    expect(len(accounts) >= 5 and all("u1" in one["username"] for one in accounts), "the search finds nobody")
    return len(accounts)


def _is_webfinger(name):
    def check(body):
        found = json.loads(body)
        expect(found["subject"].startswith(f"acct:{name}@") and found["links"], "no webfinger answer")
        return 1
    return check


def _is_nodeinfo(body):
    expect(json.loads(body)["software"]["name"] == "outboard", "no nodeinfo answer")
    return 1


def read(run, node, name, target, token, check, targets=()):
    """Looks at one answer, then at wrk's account of many. `targets`: {"small" or "same": a target, "p99": ms}."""
    targets = dict(targets)
    answer = node.get(target, token=token)
    expect(answer.status == 200, f"{target} answered {answer.status}: {answer.body[:200]}")
    items = check(answer.body)
    url = f"http://127.0.0.1:{node.port}{target}"
    headers = {"Host": node.domain}
    if token:
        headers["Authorization"] = "Bearer " + token
    wrk(run, url, 1, headers)  # what is kept in memory is there before the clock runs
    before = cpu_seconds(node.process.pid)
    told = wrk(run, url, run.pick(8, 2), headers)
    cpu_ms = (cpu_seconds(node.process.pid) - before) * 1000 / told["requests"]
    expect(
        told["bytes"] >= 0.95 * len(answer.body),
        f"{target}: answers of {told['bytes']:.0f} bytes under load, {len(answer.body)} before"
    )
    same = run.nginx.rate(f"same-{name}", answer.body)
    run.figure(
        f"{name}_req_s", told["req_s"], "req/s", ("nginx, file of the same size", same["req_s"]), targets.get("same"),
        bytes=len(answer.body), items=items, cpu_ms_per_request=round(cpu_ms, 4), connections=CONNECTIONS
    )
    run.figure(
        f"{name}_of_small_file", told["req_s"], "req/s", "nginx_small_req_s", targets.get("small")
    )
    run.figure(
        f"{name}_p99", told["p99_ms"], "ms", ("nginx p99, file of the same size", same["p99_ms"]), targets.get("p99"),
        p50_ms=told["p50_ms"]
    )


def measure(run, world):
    node = world.serve()
    ann = node.tokens["ann"]
    me = world.account("ann")["id"]
    ms10 = (lambda value, _: value <= 10, "at most 10 ms")
    read(run, node, "nodeinfo", "/nodeinfo/2.1", None, _is_nodeinfo, {"small": at_least(0.50)})
    read(
        run, node, "webfinger", f"/.well-known/webfinger?resource=acct:ann@{node.domain}", None, _is_webfinger("ann"),
        {"small": at_least(0.25)}
    )
    read(
        run, node, "home", "/api/v1/timelines/home?limit=20", ann, _is_home,
        {"same": at_least(0.15), "p99": ms10}
    )
    read(run, node, "public", "/api/v1/timelines/public?limit=20", None, _is_home)
    read(run, node, "account", f"/api/v1/accounts/{me}/statuses?limit=20", ann, is_page(20))
    read(run, node, "notifications", "/api/v1/notifications?limit=20", ann, is_page(20))
    read(run, node, "search", "/api/v2/search?q=u1&type=accounts&limit=20", ann, _is_search)
