#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The README's lines, typed as they stand (on ports and folders of our own): post, a second node, follow, and the post arrives there.
# Usage: bash tests/blackbox/readme.sh BINARY short
set -eu
binary=$(realpath "$1")
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
cd "$work"
pids=()
trap 'for pid in ${pids[@]+"${pids[@]}"} $(jobs -p); do kill "$pid" 2>/dev/null || true; done; wait; rm -rf "$work"' EXIT
mkdir -p build/release
ln -s "$binary" build/release/outboard
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
one=$(free_port) two=$(free_port)
"$top/deploy/quickstart" --program "$binary" --port "$one" --data "$work/data" >node.log 2>&1 &
pids+=($!)
for _ in $(seq 100); do grep -q '^listening on' node.log && break; sleep 0.1; done
# All indented lines of the two sections, but for quickstart itself and the shell prompt.
sed -n '/^Post from a second terminal/,/^A node on a/p' "$top/README.md" | sed -n 's/^    //p' | sed "s/localhost:8080/localhost:$one/g; s/localhost:8081/localhost:$two/g; s/127.0.0.1:8081/127.0.0.1:$two/g" >lines.sh
[ "$(wc -l <lines.sh)" -ge 8 ] || { echo "the README's lines were not found"; exit 1; }
set +e
source ./lines.sh >out.log 2>&1
set -e
for _ in $(seq 50); do
  home=$(curl -s -H "Authorization: Bearer $BEN" "http://localhost:$two/api/v1/timelines/home")
  case "$home" in *'Ben can read this'*) echo "ok     the README's lines lead to a post in Ben's home"; exit 0 ;; esac
  sleep 0.2
done
cat lines.sh out.log node.log; echo "FAILED the post did not arrive in ten seconds: $home"; exit 1
