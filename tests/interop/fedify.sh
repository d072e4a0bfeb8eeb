#!/usr/bin/env bash
# Our node against a peer that others wrote (Fedify), over plain http and over https with names, with either signature style first.
# Usage: fedify.sh OUTBOARD_BINARY. Needs root for a private mount namespace (names and certificates); without it only plain http runs.
set -eu
binary=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
if [ "${2:-}" != inside ]; then
  cd "$here/peer"
  [ -x node_modules/.bin/node ] && [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund
  if unshare -m true 2>/dev/null; then exec unshare -m bash "$here/fedify.sh" "$binary" inside; fi
  echo "skipped: https with names needs root for a private mount namespace"
fi
node=$here/peer/node_modules/.bin/node
work=$(mktemp -d)
pids=()
stop_all() { for pid in ${pids[@]+"${pids[@]}"}; do kill "$pid" 2>/dev/null || true; done; for pid in ${pids[@]+"${pids[@]}"}; do wait "$pid" 2>/dev/null || true; done; pids=(); }
trap 'stop_all; rm -rf "$work"' EXIT
wait_for() { for _ in $(seq 150); do grep -q "$2" "$1" 2>/dev/null && return; sleep 0.2; done; echo "no \"$2\" in $1:"; cat "$1"; exit 1; }

story() { # name, node domain, node listen, node extra flags, peer origin, peer environment...
  local name=$1 domain=$2 listen=$3 flags=$4 peer_origin=$5; shift 5
  local dir=$work/$name scheme=https
  mkdir -p "$dir"; printf 'correct horse battery\n' >"$dir/password"
  case "$domain" in localhost:*) scheme=http ;; esac
  # shellcheck disable=SC2086
  "$binary" init --data "$dir/data" --domain "$domain" --owner ana --password-file "$dir/password" --recovery-out "$dir/recovery" $flags >"$dir/init.log"
  # shellcheck disable=SC2086
  "$binary" serve --data "$dir/data" --listen "$listen" $flags >"$dir/node.log" 2>&1 & pids+=($!)
  env "$@" NAME=bob "$node" "$here/peer/peer.mjs" >"$dir/peer.log" 2>&1 & pids+=($!)
  wait_for "$dir/node.log" '^listening on'
  wait_for "$dir/peer.log" '^peer bob'
  local token; token=$("$binary" token ana --data "$dir/data")
  echo "== $name"
  if ! NODE_ORIGIN=$scheme://$domain PEER_ORIGIN=$peer_origin TOKEN=$token NODE_EXTRA_CA_CERTS=${CA:-} "$node" "$here/story.mjs"; then
    echo "-- node"; tail -n 40 "$dir/node.log"; echo "-- peer"; tail -n 40 "$dir/peer.log"; exit 1
  fi
  stop_all
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
for knock in rfc9421 draft-cavage-http-signatures-12; do
  a=$(free_port) b=$(free_port)
  story "http-$knock" "localhost:$a" "127.0.0.1:$a" "" "http://localhost:$b" PORT="$b" FIRST_KNOCK="$knock"
done
[ "${2:-}" = inside ] || { echo "http only"; exit 0; }

# Real names and certificates, on loopback addresses of this namespace's own hosts file.
. "$here/lib/names.sh"
own_names "$work" 127.0.7.1=node.test 127.0.7.2=peer.test
export CA=$work/ca.pem NODE_EXTRA_CA_CERTS=$work/ca.pem
for knock in rfc9421 draft-cavage-http-signatures-12; do
  story "https-$knock" node.test 127.0.7.1:443 "--tls-cert $work/node.test.pem --tls-key $work/node.test.key --federation-ca-file $work/ca.pem --federation-allow-addresses 127.0.7.0/24" \
    https://peer.test PORT=443 BIND=127.0.7.2 ORIGIN=https://peer.test TLS_CERT="$work/peer.test.pem" TLS_KEY="$work/peer.test.key" FIRST_KNOCK="$knock"
done
