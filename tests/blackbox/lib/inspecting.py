# SPDX-License-Identifier: Apache-2.0
"""See inspect.sh. What is expected is computed here from the documents by CONTRACT.md 8, apart from the node's code."""
import json
import os
from concurrent.futures import ThreadPoolExecutor

from rig import Checks, arguments, is_sanitized, own_documents, run, shared_data, temp_folder

BINARY, IS_LONG = arguments("inspect")
SECONDS = 60 * (8 if is_sanitized(BINARY) else 1)
FIELDS = {"kind", "id", "owner", "visibility", "audience", "text", "attachments", "tags", "quote", "ignored", "believed", "refused"}
ACTORS = {"Person", "Organization", "Group", "Service", "Application"}
OWNERLESS = {"WebFinger", "NodeInfo", "NodeInfoDiscovery", "Key", "CryptographicKey", "Context", "Collection", "OrderedCollection",
             "CollectionPage", "OrderedCollectionPage"}
ACTIVITIES = {"Accept", "Add", "Announce", "Arrive", "Block", "Create", "Delete", "Dislike", "EmojiReact", "Flag", "Follow", "Ignore",
              "Invite", "Join", "Leave", "Like", "Listen", "Move", "Offer", "Question", "Read", "Reject", "Remove",
              "TentativeAccept", "TentativeReject", "Travel", "Undo", "Update", "View"} - {"Question"}
# Where a document came from that contradicts nothing but that.
CAME_FROM = {
    "pleroma/spoofed-object.json": "https://uploads.example/media/1.json",
    "pleroma/https__info.pleroma.site_activity4.json": "https://info.pleroma.site/activity4.json",
    "akkoma/imposter-webfinger.json": "https://bad.com/.well-known/webfinger",
    "pleroma/webfinger_spoof.json": "https://bad.com/.well-known/webfinger",
}
checks = Checks()


def id_in(value):
    """The id of a reference: text, an object with one, or the first of a list."""
    if isinstance(value, list):
        return id_in(value[0]) if value else None
    if isinstance(value, dict):
        return value.get("id")
    return value


def expected_owner(document, kind):
    if kind in OWNERLESS:
        return None
    if kind in ACTORS:
        return document.get("id")
    if kind in ACTIVITIES:
        return id_in(document.get("actor"))
    return id_in(document.get("attributedTo", document.get("actor")))


def inspect(path, source=None):
    more = ["--from", source] if source else []
    done = run(BINARY, "inspect", path, "--json", *more, seconds=SECONDS)
    seen = None
    try:
        seen = json.loads(done.out)
    except ValueError:
        pass
    return done, seen


def judge(folder, entry):
    """Faults of one fixture, as text."""
    name, kind, trait = entry
    path = os.path.join(folder, name)
    with open(path, "rb") as file:
        document = json.loads(file.read().decode("utf-8-sig"))
    own = document.get("id") if isinstance(document.get("id"), str) else None
    is_address = bool(own) and own.startswith(("http://", "https://"))
    source = CAME_FROM.get(name) or (own if is_address else None)
    done, seen = inspect(path, source)
    if done.returncode == 2 and source:  # its id is no address: a file of unknown origin
        done, seen = inspect(path)
    if seen is None or set(seen) != FIELDS or done.returncode not in (0, 1):
        return [f"{name}: exit {done.returncode}, {done.out[:200]} {done.err[:300]}"]
    faults = []

    def expect(what, got, wanted):
        if got != wanted:
            faults.append(f"{name}: {what} is {got!r}, not {wanted!r}")

    expect("kind", seen["kind"], kind)
    if (done.returncode == 1) != (seen["refused"] is not None):
        faults.append(f"{name}: exit {done.returncode} with refused {seen['refused']!r}")
    if trait == "hostile":
        if seen["believed"] and not seen["refused"]:
            faults.append(f"{name}: hostile, but believed")
        if not seen["refused"] and not any(item["why"] for item in seen["ignored"]):
            faults.append(f"{name}: no reason is named")
        return faults
    if seen["refused"]:
        faults.append(f"{name}: refused: {seen['refused']}")
    expect("id", seen["id"], document.get("id"))
    expect("owner", seen["owner"], expected_owner(document, kind))
    return faults


def check_fixtures():
    folder = shared_data("federation/fixtures")
    if not folder:
        return
    entries = []
    with open(os.path.join(folder, "MANIFEST.tsv")) as file:
        for line in file.read().splitlines()[1:]:
            cells = line.split("\t")
            # "Place+Feature" has two types: the outer kind, the first known one counts.
            entries.append((cells[0], cells[2].split("(")[0].split("+")[0], cells[8]))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda entry: judge(folder, entry), entries))
    faults = [fault for result in results for fault in result]
    for trait in ("", "odd", "hostile"):
        there = [result for result, entry in zip(results, entries) if entry[2] == trait]
        bad = [fault for result in there for fault in result]
        checks.that(f"{len(there)} {trait or 'ordinary'} documents of other software", there and not bad, "\n".join(bad))
    print(f"{len(entries)} documents, {len(faults)} faults", flush=True)


def judge_own(folder, row):
    """Faults of one of the repository's own documents against its row of EXPECTED.tsv ("-" is none)."""
    name = row["file"]
    done, seen = inspect(os.path.join(folder, name), row["from"] if row["from"] != "-" else None)
    if seen is None or set(seen) != FIELDS:
        return [f"{name}: exit {done.returncode}, {done.out[:200]} {done.err[:200]}"]
    verdict = "refused" if seen["refused"] else "believed" if seen["believed"] else "doubted"
    told = {"kind": seen["kind"] or None, "id": seen["id"], "owner": seen["owner"], "visibility": seen["visibility"] or None,
            "verdict": verdict}
    if verdict == "refused":  # then the rest is what could be read so far
        told = {"kind": told["kind"], "verdict": verdict}
    faults = [f"{name}: {what} is {got!r}, not {row[what]!r}" for what, got in told.items() if (got or "-") != row[what]]
    if done.returncode != (1 if verdict == "refused" else 0):
        faults.append(f"{name}: exit {done.returncode} when {verdict}")
    named = json.dumps([seen["refused"], seen["ignored"]], ensure_ascii=False)
    if row["fault"] != "-" and row["fault"] not in named:
        faults.append(f"{name}: {row['fault']!r} is not named in {named}")
    return faults


def check_own():
    folder = own_documents()
    with open(os.path.join(folder, "EXPECTED.tsv")) as file:
        head, *lines = [line.split("\t") for line in file.read().splitlines() if line]
    rows = [dict(zip(head, cells)) for cells in lines]
    faults = [fault for row in rows for fault in judge_own(folder, row)]
    checks.that(f"{len(rows)} own documents are read as EXPECTED.tsv says", rows and not faults, "\n".join(faults))


def check_forms():
    """The same object from a file, with a byte order mark, and from somewhere else."""
    note = {"@context": "https://www.w3.org/ns/activitystreams", "id": "https://a.example/n/1", "type": ["Odd", "Note"],
            "attributedTo": [{"id": "https://a.example/u"}], "to": "as:Public", "cc": [], "content": "<p>hi<script>x</script></p>"}
    path = os.path.join(temp_folder(), "note.json")
    with open(path, "wb") as file:
        file.write(b"\xef\xbb\xbf" + json.dumps(note).encode())
    done, seen = inspect(path, note["id"])
    checks.that("the first known type counts, as:Public is public, a byte order mark does not matter", done.returncode == 0
                and seen["kind"] == "Note" and seen["owner"] == "https://a.example/u" and seen["visibility"] == "public"
                and seen["believed"] is True and "hi" in seen["text"], done.out)
    for source in ("https://b.example/n/1", "http://a.example/n/1", "https://a.example:8443/n/1", None):
        done, seen = inspect(path, source)
        checks.that(f"from {source or 'nowhere known'} it is not believed", seen and seen["believed"] is False
                    and (seen["refused"] or seen["ignored"]), done.out)
    done, seen = inspect("/nonexistent/file", note["id"])
    checks.that("a file that is not there is refused and named", done.returncode == 1 and "/nonexistent/file" in done.err, done.err)


check_forms()
check_own()
check_fixtures()
checks.finish()
