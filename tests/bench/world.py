# SPDX-License-Identifier: Apache-2.0
"""The node that most parts share, its people, its data, and how parts talk to it."""
import json
import os
import time
from urllib.parse import quote

import data
from common import NODE_ENV, SlowDisk, Unsound, cpu_seconds, expect, poll, rig
from fleet import Fleet
from sink import Sink, free_port_on_all

HOSTS = 100
SENDERS = 2000    # actors whose keys the node knows from the start
FOLLOWED = 200    # authors that ann follows
STEP_MS = 30_000  # between two generated statuses


class World:
    """`ann` reads (home, notifications); `zero` has no followers, `many` 50,000, `thousand` ten on each of 100 hosts."""

    def __init__(self, run):
        self.run = run
        port = free_port_on_all(HOSTS)
        self.fleet = Fleet(HOSTS, port)
        self.sink = Sink(run, self.fleet, rig.free_port())
        self.followers = run.pick(50_000, 5_000)
        self.used = 0       # numbers of actors and markers that were used, so that nothing is sent twice
        self.fresh = 10**6  # actors from here on were never seen by the node
        self.node = self.new_node("node", ("zero", "many", "thousand"))
        fill = data.Filling(self.node)
        ids = fill.remote_accounts(self.fleet, self.followers, SENDERS)
        ann, many, thousand = (fill.account_id(name) for name in ("ann", "many", "thousand"))
        fill.follows(
            [(one, many) for one in ids] + [(one, thousand) for one in ids[:1000]]
            + [(ann, one) for one in ids[:FOLLOWED]]
        )
        fill.statuses(0, run.pick(10_000, 2_000), STEP_MS, self.fleet, ids[:FOLLOWED], ann)
        fill.close()

    def new_node(self, name, people=()):
        node = rig.Node(self.run.binary, self.run.path(name), env=NODE_ENV)
        made = node.init()
        expect(made.returncode == 0, f"init: {made.err}")
        for person in people:
            made = node.verb("account", "create", person, "--password-file", node.data + ".password")
            expect(made.returncode == 0, f"account create: {made.err}")
        node.runs = False  # is meant to run
        node.born_ms = int(time.time() * 1000) - 60_000
        node.tokens = {
            person: node.token(person, "--scopes", "read write follow") for person in ("ann", *people)
        }
        self.run.closing.append(node.kill)
        return node

    def serve(self, slow_ms=0, node=None):
        """Starts the node (again, when it runs), with `slow_ms` more for every fdatasync."""
        node = node or self.node
        self.stop(node)
        node.slow_disk = SlowDisk(self.run, slow_ms) if slow_ms else None
        node.serve(env=node.slow_disk.env if slow_ms else None)
        node.runs = True
        poll(lambda: node.get("/.well-known/nodeinfo").status == 200, 10)
        return node

    def stop(self, node=None):
        node = node or self.node
        if not node.runs:
            return
        node.runs = False
        expect(node.is_alive(), f"the node died by itself: {node.read_log()[-500:]}")
        code, _ = node.stop()
        expect(code == 0, f"the node ended with {code}: {node.read_log()[-500:]}")

    def api(self, target, person="ann", node=None):
        """A checked GET of the client API: its JSON."""
        node = node or self.node
        answer = node.get(target, token=node.tokens[person])
        expect(answer.status == 200, f"{target} answered {answer.status}: {answer.body[:200]}")
        return answer.json()

    def account(self, person):
        return self.api("/api/v1/accounts/verify_credentials", person)

    def actor(self, person):
        return f"{self.node.origin}/users/{person}"

    def take_numbers(self, count):
        """Markers never used before in this run."""
        first = self.used
        self.used += count
        return range(first, self.used)

    def take_actors(self, count):
        """Numbers of actors that the node has never met."""
        first = self.fresh
        self.fresh += count
        return range(first, self.fresh)

    def marker(self, number):
        return f"m{os.getpid()}x{number}"


class Visible:
    """Counts the notes of one flood as ann's notifications show them, each exactly once."""

    def __init__(self, world, markers):
        self.world = world
        self.wanted = set(markers)
        self.seen = set()
        self.doubled = 0
        newest = world.api("/api/v1/notifications?limit=1")
        self.start = self.cursor = newest[0]["id"] if newest else "0"

    def _page(self, after):
        page = self.world.api(f"/api/v1/notifications?limit=80&types[]=mention&min_id={quote(after)}")
        return sorted(page, key=lambda one: int(one["id"]))

    def look(self):
        """Takes what is new; True when all is there."""
        while page := self._page(self.cursor):
            for one in page:
                marker = one["status"]["uri"].rsplit("/", 1)[1]
                if marker in self.wanted:
                    self.doubled += marker in self.seen
                    self.seen.add(marker)
            self.cursor = page[-1]["id"]
        return len(self.seen) >= len(self.wanted)

    def wait(self, seconds):
        """Until all are visible: (CLOCK_MONOTONIC second, node's CPU seconds) of when the last one was.

        Reading every page costs the node as much as some notes do, so only the newest entry is looked at, often, until it
        stays the same for a second; then the pages must hold every note once. Ids of notifications rise as they are
        written, so the newest one tells when the last note came. Unsound when notes are missing at the end, or doubled.
        """
        pid = self.world.node.process.pid
        newest, came = None, (0.0, 0.0)
        end = time.monotonic() + seconds
        quiet_since = time.monotonic()
        while time.monotonic() < end:
            page = self.world.api("/api/v1/notifications?limit=1&types[]=mention")
            if page and page[0]["id"] != newest:
                newest = page[0]["id"]
                quiet_since = time.monotonic()
                came = (quiet_since, cpu_seconds(pid))
            elif time.monotonic() > quiet_since + 1:
                if self.look():
                    expect(self.doubled == 0, f"{self.doubled} notes are shown twice")
                    return came
                quiet_since = time.monotonic()
            time.sleep(0.03)
        missing = len(self.wanted) - len(self.seen)
        raise Unsound(f"{missing} of {len(self.wanted)} accepted notes are not visible after {seconds} s")
