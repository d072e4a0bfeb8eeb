#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Streams of the built binary over WebSocket and server-sent events: told within seconds, closed when
# the token or the node ends, and many idle ones cost little.
# Usage: bash tests/blackbox/streaming.sh BINARY short|long
set -u
ulimit -n "$(ulimit -Hn)" 2>/dev/null
PYTHONDONTWRITEBYTECODE=1 exec python3 "$(dirname "$0")/lib/streaming.py" "$@"
