#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Idle and slow connections do not keep good requests from being answered.
# Usage: bash tests/blackbox/slow.sh BINARY short|long
set -u
ulimit -n "$(ulimit -Hn)" 2>/dev/null
PYTHONDONTWRITEBYTECODE=1 exec python3 "$(dirname "$0")/lib/slow.py" "$@"
