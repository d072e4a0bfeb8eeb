#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 while signed activities arrive at 50 a second: what was answered 202 is there once.
# Usage: bash tests/blackbox/kill9.sh BINARY short|long
set -u
ulimit -n "$(ulimit -Hn)" 2>/dev/null
PYTHONDONTWRITEBYTECODE=1 exec python3 "$(dirname "$0")/lib/kill9.py" "$@"
