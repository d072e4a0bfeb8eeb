# SPDX-License-Identifier: Apache-2.0
"""See kill9.sh. A mock peer sends signed Create activities at 50 a second while the node is killed and
started again. Every note names the local owner, so the API lists what was stored: once each, or not at all."""
import json
import os
import queue
import random
import threading
import time

from peer import Peer
from rig import Checks, Node, arguments, temp_folder, wait_until

BINARY, IS_LONG = arguments("kill9")
KILLS = 50 if IS_LONG else 5
RATE = 50  # activities a second
SENDERS = 16
ACTORS = 6

seed = int(os.environ.get("OUTBOARD_TEST_SEED", random.randrange(1 << 32)))
dice = random.Random(seed)
checks = Checks()
node = Node(BINARY, os.path.join(temp_folder(), "n"), env={"OUTBOARD_LIMITS_RATE_LIMIT": "false"})
peer = Peer()


class Sent:
    """One activity and what was answered so far."""

    def __init__(self, actor, number):
        self.actor = actor
        self.activity = peer.create_note(
            actor, number, f"<p>note {number}</p>", (node.origin + "/users/ann", f"@ann@{node.domain}"))
        self.uri = self.activity["object"]["id"]
        self.body = json.dumps(self.activity).encode()
        self.path = "/inbox" if number % 2 else "/users/ann/inbox"
        self.answers = []  # status codes; 0: none came

    def is_accepted(self):
        return 202 in self.answers

    def send(self):
        try:
            headers = peer.sign(self.actor, node.origin + self.path, self.body)
            answer = node.call("POST", self.path, body=self.body, headers=headers)
            if answer.status != 202:
                self.refusal = answer.body[:300]
            self.answers.append(answer.status)
        except OSError:
            self.answers.append(0)
        except Exception as problem:  # http.client: the connection ended within an answer
            self.problem = problem
            self.answers.append(0)


class Load:
    """Sends new activities at RATE from SENDERS threads until stopped."""

    def __init__(self, actors):
        self.actors = actors
        self.active = 1  # how many of the actors send: the others are unknown to the node until later
        self.sent = []
        self.waiting = queue.Queue(maxsize=RATE * 4)
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._produce)] + [
            threading.Thread(target=self._consume) for _ in range(SENDERS)]

    def _produce(self):
        due = time.monotonic()
        number = 0
        while not self.stopping.is_set():
            number += 1
            item = Sent(self.actors[number % self.active], number)
            self.sent.append(item)
            self.waiting.put(item)
            due = max(due + 1 / RATE, time.monotonic() - 1)
            time.sleep(max(0.0, due - time.monotonic()))
        for _ in range(SENDERS):
            self.waiting.put(None)

    def _consume(self):
        while (item := self.waiting.get()) is not None:
            item.send()

    def start(self):
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        self.seconds = time.monotonic() - self.began
        for thread in self.threads:
            thread.join()


def kill_and_start():
    node.kill()
    node.serve()


def mentions(token):
    """Every mention notification of ann, from all pages: list of (notification id, status id, note's id)."""
    rows, older = [], ""
    while True:
        page = node.get(f"/api/v1/notifications?limit=80&types[]=mention{older}", token).json()
        if not page:
            return rows
        rows += [(row["id"], row["status"]["id"], row["status"]["uri"]) for row in page]
        older = f"&max_id={page[-1]['id']}"


def count_by(items):
    counts = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return counts


def statuses_of(token, actor):
    """Ids of the notes the node shows for a remote actor, all pages, and the account's own count."""
    found = node.get(f"/api/v2/search?q={actor}&type=accounts&resolve=true", token).json()["accounts"]
    if not found:
        return [], 0
    account, uris, older = found[0], [], ""
    while True:
        page = node.get(f"/api/v1/accounts/{account['id']}/statuses?limit=40{older}", token).json()
        if not page:
            return uris, account["statuses_count"]
        uris += [row["uri"] for row in page]
        older = f"&max_id={page[-1]['id']}"


def check_stored(token, sent, when):
    """Waits until all accepted ones are listed, then compares. Returns (lost, doubled, rows)."""
    accepted = {item.uri for item in sent if item.is_accepted()}
    wait_until(lambda: accepted <= {row[2] for row in mentions(token)}, 60 * node.slow, pause=0.5)
    rows = mentions(token)
    counts = count_by(row[2] for row in rows)
    lost = sorted(accepted - counts.keys())
    doubled = sorted(uri for uri, count in counts.items() if count > 1)
    strange = sorted(counts.keys() - {item.uri for item in sent})
    checks.that(f"{when}: every accepted activity is there", not lost, f"{len(lost)} of {len(accepted)} lost: {lost[:5]}")
    checks.that(f"{when}: none is there twice", not doubled, doubled[:5])
    checks.that(f"{when}: nothing else is there", not strange, strange[:5])
    return lost, doubled, rows


def main():
    print(f"seed {seed} (OUTBOARD_TEST_SEED repeats it)", flush=True)
    done = node.init()
    if done.returncode != 0:
        raise RuntimeError(done.err)
    token = node.token()
    node.serve()
    load = Load([peer.actor(f"writer{number}") for number in range(ACTORS)])
    load.start()
    for kill in range(KILLS):
        load.active = min(ACTORS, 1 + kill)
        time.sleep(dice.uniform(0.3, 2.5))
        kill_and_start()
    time.sleep(1)
    load.stop()
    sent = load.sent
    accepted = [item for item in sent if item.is_accepted()]
    other = count_by(status for item in sent for status in item.answers if status not in (0, 202))
    rate = len(sent) / load.seconds
    print(f"{len(sent)} sent in {load.seconds:.0f} s ({rate:.0f}/s), {len(accepted)} answered 202, "
          f"{sum(0 in item.answers for item in sent)} without an answer, other answers {other}", flush=True)
    checks.that("the load was what it should be", rate >= (0.8 * RATE if node.slow == 1 else 5), f"{rate:.1f}/s")
    checks.that("half of them at least were accepted", len(accepted) * 2 >= len(sent))
    checks.that("no answer but 202 and, while it is too busy, 503", set(other) <= {503},
                [item.refusal for item in sent if getattr(item, "refusal", None)][:3])
    lost, doubled, rows = check_stored(token, sent, "after the kills")

    for item in sent:
        item.answers.append(0)
        item.send()
    refused = [item for item in sent if item.answers[-1] != 202]
    checks.that("all sent once more are answered 202", not refused, [(i.answers, getattr(i, "refusal", "")) for i in refused[:3]])
    kill_and_start()
    lost_again, doubled_again, rows_again = check_stored(token, sent, "after sending all again")
    before, after = {row[2]: row for row in rows}, {row[2]: row for row in rows_again}
    checks.that("what was there did not change", all(after.get(uri) == row for uri, row in before.items()))
    for actor in load.actors:
        uris, count = statuses_of(token, actor)
        wanted = {item.uri for item in sent if item.actor == actor}
        checks.that(f"{actor.rsplit('/', 1)[1]} has each note once", set(uris) == wanted and len(uris) == len(wanted) == count,
                    f"{len(uris)} listed, {len(set(uris))} different, {count} counted, {len(wanted)} sent")
    doctor = node.verb("doctor", "--json")
    checks.that("doctor finds nothing broken", doctor.returncode == 0, doctor.out + doctor.err)
    print(f"R1: {KILLS} kills, {len(accepted)} accepted, {len(lost) + len(lost_again)} lost, "
          f"{len(doubled) + len(doubled_again)} doubled", flush=True)
    node.stop()
    peer.close()
    checks.finish()


main()
