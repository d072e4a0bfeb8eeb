#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Commands that would leave a node without a way back are refused, and verbs may be typed while a node starts.
# Usage: bash tests/blackbox/refusals.sh BINARY short
set -u
binary=$(realpath "$1")
work=$(mktemp -d)
cd "$work" || exit 1
failed=0
trap 'for pid in $(jobs -p); do kill "$pid" 2>/dev/null; done; wait; rm -rf "$work"' EXIT
check() { if [ "$2" = "$3" ]; then echo "ok     $1"; else echo "FAILED $1: $2 instead of $3"; failed=1; fi; }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf 'a long password\n' >password.txt
printf '\n' >empty.txt
"$binary" init --data d --domain "localhost:$port" --owner ana --password-file empty.txt >/dev/null 2>&1; check "an empty first line is no password" $? 1
"$binary" init --data d --domain "localhost:$port" --owner ana --password-file password.txt >/dev/null 2>&1; check "init" $? 0
"$binary" account delete ana --data d >/dev/null 2>&1; check "the last owner is not deleted" $? 1
"$binary" account suspend ana --data d >/dev/null 2>&1; check "the last owner is not suspended" $? 1
"$binary" account create ben --role owner --password-file password.txt --data d >/dev/null 2>&1; check "a second owner is made" $? 0
"$binary" account suspend ana --data d >/dev/null 2>&1; check "then the first may be suspended" $? 0
"$binary" domain block "localhost:$port" --data d >/dev/null 2>&1; check "a node does not block itself" $? 1
"$binary" inspect nowhere.json --json 2>/dev/null | python3 -c 'import json, sys; sys.exit(0 if json.load(sys.stdin)["refused"] else 1)'; check "inspect prints one object also for a file that is not there" $? 0
"$binary" serve --data d --listen "127.0.0.1:$port" >serve.log 2>&1 &
tokens=''
for _ in 1 2 3 4; do tokens+=$("$binary" token ben --data d | wc -l); done
check "tokens are made while the node starts" "$tokens" 1111
for _ in $(seq 50); do grep -q '^listening on' serve.log && break; sleep 0.1; done
check "and the node serves" "$(grep -c '^listening on' serve.log)" 1
exit $failed
