#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A story of somebody else's client and two of our nodes, over https with names. Usage: client.sh STORY.py NETWORK BINARY
# The Python is Debian's, which the packages are made for. NETWORK: first three bytes of the loopback addresses. Needs root for a private mount namespace; without it http on localhost is told.
set -eu
story=$(realpath "$1") network=$2 binary=$(realpath "$3")
here=$(cd "$(dirname "$0")" && pwd)
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here:$here/../../blackbox/lib
if [ "${4:-}" != inside ]; then
  if unshare -m true 2>/dev/null; then exec unshare -m bash "$here/client.sh" "$story" "$network" "$binary" inside; fi
  echo "skipped: https with names needs root for a private mount namespace"
  exec /usr/bin/python3 "$story" "$binary"
fi
. "$here/names.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
own_names "$work" "$network.1=desk.test" "$network.2=lab.test"
CERTIFICATES=$work NETWORK=$network REQUESTS_CA_BUNDLE=$work/ca.pem /usr/bin/python3 "$story" "$binary"
