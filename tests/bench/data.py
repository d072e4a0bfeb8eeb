# SPDX-License-Identifier: Apache-2.0
"""Generated data: rows put straight into the SQLite file of a stopped node.

Columns that this file does not name get their default, or 0 or '' by their type, so that a new column does not end the
bench; a column it names and the schema lacks is an error.
"""
import hashlib
import os
import random
import sqlite3
import time

WORDS = (
    "people share what they know when they keep a hold on it and the city library mended its old printing press last "
    "week so anyone may come by on Tuesday bring paper ink or a good story about water pumps bicycles seeds maps bread "
    "radio tides or the night train we measured again and it is slower in winter because cold oil drags thanks to "
    "everybody who wrote in with notes from their own workshops more pictures soon if the weather holds until then"
).split()
TAGS = ("fieldnotes", "bicycle", "water", "bread", "maps", "radio", "library", "garden")
TABLES = ("statuses", "status_audience", "home", "mentions", "status_tags", "media", "notifications")
KEPT_HOME = 1000  # the node keeps as many newest entries of a home timeline


_chance = random.Random(0)
_CORPUS = " ".join(_chance.choice(WORDS) for _ in range(20_000))


def words(chance, mean=180):
    """Plain text of a status: lengths spread as in the wild, 20 to 900 characters, half of them under `mean`."""
    length = min(900, max(20, int(chance.lognormvariate(0, 0.8) * mean)))
    first = _CORPUS.index(" ", chance.randrange(len(_CORPUS) - 2000)) + 1
    return _CORPUS[first:_CORPUS.index(" ", first + length)]


def hash64(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") & (2**63 - 1)


def id_at(ms, uri):
    digest = hashlib.sha256(uri.encode()).digest()
    return ms << 16 | digest[0] << 8 | digest[1]


class Filling:
    """An open database of a stopped node. `close` writes everything out."""

    def __init__(self, node):
        self.node = node
        self.path = os.path.join(node.data, "outboard.db")
        self.db = sqlite3.connect(self.path, isolation_level=None)
        # Nothing to roll back to: what fails here ends the run.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000", "temp_store=MEMORY", "foreign_keys=OFF"):
            self.db.execute("PRAGMA " + pragma)
        self.db.execute("BEGIN")
        self.chance = random.Random(1)
        self.last_id = int(time.time() * 1000 - 3_600_000) << 16
        self.statements = {}
        self.notified = set()  # the table's unique key

    def insert(self, table, rows):
        """Rows as dicts, all with the same keys."""
        if not rows:
            return
        names = tuple(rows[0])
        if (table, names) not in self.statements:
            self.statements[table, names] = self._statement(table, names)
        self.db.executemany(self.statements[table, names], rows)

    def _statement(self, table, names):
        columns = self.db.execute(f"PRAGMA table_info({table})").fetchall()
        unknown = set(names) - {column[1] for column in columns}
        if unknown:
            raise RuntimeError(f"the schema's {table} has no {', '.join(sorted(unknown))}: mend tests/bench/data.py")
        filled = {
            column[1]: "0" if column[2] == "INTEGER" else "x''" if column[2] == "BLOB" else "''"
            for column in columns
            if column[3] and column[4] is None and not column[5] and column[1] not in names
        }
        left = ", ".join((*names, *filled))
        right = ", ".join((*(":" + name for name in names), *filled.values()))
        return f"INSERT INTO {table} ({left}) VALUES ({right})"

    def next_id(self):
        """Local ids of an hour ago: below all that the node will give, in order."""
        self.last_id += 1
        return self.last_id

    def account_id(self, username):
        row = self.db.execute(
            "SELECT id FROM accounts WHERE username = ? AND domain = ''", (username,)
        ).fetchone()
        return row[0]

    def close(self):
        self.db.execute("COMMIT")
        self.db.execute("PRAGMA optimize")
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.close()

    def remote_accounts(self, fleet, count, with_keys):
        """Actors 0 to `count` of the fleet; the first `with_keys` with their keys. Returns their ids."""
        now = int(time.time() * 1000)
        ids, rows, keys = [], [], []
        for i in range(count):
            actor, host = fleet.actor(i), fleet.host(i)
            ids.append(id_at(now - 86_400_000 * 400 + i * 100, actor))
            rows.append({
                "id": ids[i], "uri": actor, "uri_hash": hash64(actor), "username": f"u{i}", "username_key": f"u{i}",
                "domain": host, "host": host, "kind": "Person", "revision": 1, "display_name": f"Person {i}",
                "display_key": f"person {i}", "note": "<p>Reads, writes, repairs bicycles.</p>", "fields": "[]",
                "url": f"http://{host}/@u{i}", "avatar_url": f"http://{host}/media/u{i}.png",
                "inbox": f"{actor}/inbox", "shared_inbox": fleet.shared_inbox(i), "outbox": f"{actor}/outbox",
                "followers": f"{actor}/followers", "following": f"{actor}/following", "also_known_as": "[]",
                "discoverable": 1, "created_at": now - 86_400_000 * 400, "fetched_at": now,
            })
            if i < with_keys:
                keys.append({
                    "id": self.next_id(), "account": ids[i], "purpose": "remote", "uri": fleet.key_id(i),
                    "public": fleet.key(i).public_pem, "valid_from": now,
                })
        self.insert("accounts", rows)
        self.insert("keys", keys)
        return ids

    def follows(self, pairs):
        """(follower, target) account ids, accepted."""
        now = int(time.time() * 1000)
        rows = []
        for follower, target in pairs:
            fresh = self.next_id()
            rows.append({
                "id": fresh, "account": follower, "target": target, "state": "accepted",
                "uri": f"http://generated.example/follows/{fresh}", "created_at": now,
            })
        self.insert("follows", rows)
        self.db.execute(
            "UPDATE follows SET inbox = coalesce((SELECT a.shared_inbox FROM accounts a"
            " WHERE a.id = follows.account AND a.domain <> ''), '')"
        )
        for column, other in (("followers_count", "target"), ("following_count", "account")):
            self.db.execute(
                f"UPDATE accounts SET {column} = (SELECT count(*) FROM follows WHERE {other} = accounts.id)"
                f" WHERE id IN (SELECT {other} FROM follows)"
            )

    def statuses(self, first, last, step_ms, fleet, authors, viewer):
        """Statuses number `first` to `last`, counted back in time: number 0 is the newest, each `step_ms` older.

        `authors`: ids of actors 0.. of the fleet, which the local account `viewer` follows; every twentieth status is the
        viewer's own. A quarter are replies, a tenth boosts, a seventh has a picture, a third a tag; every tenth mentions
        the viewer, every twentieth favours one of the viewer's. A later call with higher numbers adds older ones, so that
        the newest page stays as it was.
        """
        self.made = {table: [] for table in TABLES}
        self.viewer = viewer
        if not self.db.execute("SELECT 1 FROM tags LIMIT 1").fetchone():
            self.insert("tags", [{"id": at + 1, "name": name, "display": name} for at, name in enumerate(TAGS)])
        recent = []  # (id, account, thread) of what replies and boosts point at: older, so made before
        own_status = None
        for number in range(last - 1, first - 1, -1):
            at = self.node.born_ms - number * step_ms
            by = self.chance.randrange(len(authors))
            is_own = number % 20 == 0
            author = viewer if is_own else authors[by]
            uri = (f"{self.node.origin}/users/ann" if is_own else fleet.actor(by)) + f"/statuses/g{number}"
            status = id_at(at, uri)
            if number % 10 == 3 and recent:
                self._status(number, status, uri, author, at, boost_of=recent[-1][0])
                continue
            parent = recent[self.chance.randrange(len(recent))] if recent and number % 4 == 1 else None
            self._status(number, status, uri, author, at, parent=parent)
            recent = (recent + [(status, author, parent[2] if parent else status)])[-50:]
            if is_own:
                own_status = status
            elif number % 10 == 1:
                self.made["mentions"].append({"status": status, "account": viewer})
                self.made["status_audience"].append({"status": status, "kind": "actor", "target": viewer})
                self._notify(at, author, "mention", status)
            elif number % 20 == 12 and own_status:
                self._notify(at, author, "favourite", own_status)
            self._details(number, status, author, at)
            if len(self.made["statuses"]) >= 5000:
                self._flush()
        self._flush()
        self.db.execute(
            "UPDATE accounts SET statuses_count = (SELECT count(*) FROM statuses WHERE account = accounts.id),"
            " last_status_at = (SELECT max(created_at) FROM statuses WHERE account = accounts.id)"
            " WHERE id IN (SELECT DISTINCT account FROM statuses)"
        )

    def _status(self, number, status, uri, author, at, boost_of=None, parent=None):
        self.made["statuses"].append({
            "id": status, "uri": uri, "uri_hash": hash64(uri), "account": author, "revision": 1,
            "kind": "Announce" if boost_of else "Note", "visibility": "public", "state": "present",
            "boost_of": boost_of, "reply_to": parent and parent[0], "reply_to_account": parent and parent[1],
            "thread": parent[2] if parent else status, "content": "" if boost_of else f"<p>{words(self.chance)}</p>",
            "content_type": "text/html", "language": "en", "url": uri, "created_at": at, "received_at": at,
            "local": int(author == self.viewer), "activity_uri": uri + "/activity",
            "favourites_count": self.chance.randrange(9),
        })
        for kind, target in (("public", 0), ("followers", author)):
            self.made["status_audience"].append({"status": status, "kind": kind, "target": target})
        if number < KEPT_HOME:
            self.made["home"].append({"account": self.viewer, "status": status})

    def _notify(self, at, source, kind, status):
        if (source, kind, status) in self.notified:
            return
        self.notified.add((source, kind, status))
        self.made["notifications"].append({
            "id": (at << 16) + 2, "account": self.viewer, "source": source, "kind": kind, "status": status,
            "created_at": at,
        })

    def _details(self, number, status, author, at):
        if number % 3 == 0:
            self.made["status_tags"].append({"tag": 1 + self.chance.randrange(len(TAGS)), "status": status})
        if number % 7 == 0:
            self.made["media"].append({
                "id": status + 1, "account": author, "status": status, "kind": "image", "media_type": "image/jpeg",
                "remote_url": f"http://generated.example/{status}.jpg", "description": words(self.chance, 60),
                "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj", "width": 1600, "height": 1200, "created_at": at,
            })

    def _flush(self):
        for table, rows in self.made.items():
            self.insert(table, rows)
            rows.clear()
