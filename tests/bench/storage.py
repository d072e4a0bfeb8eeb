# SPDX-License-Identifier: Apache-2.0
"""Bytes of the database per status: received ones with their raw bytes as kept for seven days, and own ones."""
import os
import sqlite3

import inbox
import posting
from common import replay


def _used(node):
    """Bytes in use once the write-ahead log is folded in; the node is stopped."""
    db = sqlite3.connect(os.path.join(node.data, "outboard.db"))
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages, free, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in (
        "page_count", "freelist_count", "page_size"
    ))
    db.close()
    return (pages - free) * size


def measure(run, world):
    count = run.pick(2000, 200)
    world.serve()
    world.stop()
    before = _used(world.node)
    world.serve()
    inbox.flood(run, world, count)
    world.stop()
    between = _used(world.node)
    world.serve()
    requests, texts = posting.posts(world, "zero", count)
    replay(run, requests, world.node.port, 8)
    posting.posted(world, "zero", texts)
    world.stop()
    after = _used(world.node)
    run.figure("bytes_per_received_status", round((between - before) / count), "bytes", statuses=count)
    run.figure("bytes_per_own_status", round((after - between) / count), "bytes", statuses=count)
