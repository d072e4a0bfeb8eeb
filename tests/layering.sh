#!/usr/bin/env bash
# Fails on an include against the order of the map (CONTRIBUTING.md "Where things live"): a folder may use what stands on a later line.
# Folders on one line may use each other as long as no two use each other both ways.
set -eu
cd "$(dirname "$0")/.."
exec python3 - <<'END'
import pathlib, re, sys

ORDER = ["main", "commands", "node", "api pages inbox delivery streaming jobs control", "services", "present",
         "store media search fetch html http", "entities domain", "config", "base", "federation"]
rank = {name: level for level, names in enumerate(ORDER) for name in names.split()}

def folder(path):
    parts = path.split("/")
    if parts[0] == "federation":
        return "federation"
    return parts[1].split(".")[0] if parts[0] == "src" else None

wrong, sideways = [], set()
for file in [*pathlib.Path("src").rglob("*.[ch]pp"), *pathlib.Path("federation").rglob("*.[ch]pp")]:
    here = folder(file.as_posix())
    for number, line in enumerate(file.read_text().splitlines(), 1):
        found = re.match(r'#include "([^"]+)"', line)
        if not found:
            continue
        there = folder(found[1])
        if there is None or there == here:
            continue
        if here not in rank or there not in rank:
            wrong.append(f"{file}:{number}: {here} or {there} is not on the map")
        elif rank[there] < rank[here]:
            wrong.append(f"{file}:{number}: {here} may not include {there}")
        elif rank[there] == rank[here]:
            sideways.add((here, there))
        if here in ("services", "present") and there == "http":
            wrong.append(f"{file}:{number}: {here} never includes http")
# A cycle between folders of one line would make them one folder.
edges = {}
for a, b in sideways:
    edges.setdefault(a, set()).add(b)
def reaches(a, b, seen=()):
    return any(n == b or (n not in seen and reaches(n, b, (*seen, n))) for n in edges.get(a, ()))
wrong += [f"{a} and {b} use each other" for a, b in sideways if reaches(b, a) and a < b]
beast = [f.as_posix() for f in pathlib.Path("src").rglob("*.[ch]pp") if "boost/beast" in f.read_text()]
if len(beast) > 4:
    wrong.append(f"Boost.Beast is in {len(beast)} files, four at most: {beast}")
for name, allowed in (("curl/", ("src/fetch/", "src/control/tools.cpp")), ("httplib.h", ("src/control/",)), ("boost/beast", ("src/http/",)), ("boost/asio", ("src/http/",))):
    for f in [*pathlib.Path("src").rglob("*.[ch]pp"), *pathlib.Path("federation").rglob("*.[ch]pp")]:
        if f"<{name}" in f.read_text() and not f.as_posix().startswith(allowed):
            wrong.append(f"{f} includes {name}")
for line in wrong:
    print(line)
sys.exit(1 if wrong else 0)
END
