#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The command line as CONTRACT.md 1-10 and DESIGN.md section 1 promise it: init, serve, verbs on a running and a stopped node, settings, signals.
# Usage: bash tests/blackbox/cli.sh BINARY short|long
set -u
ulimit -n "$(ulimit -Hn)" 2>/dev/null
PYTHONDONTWRITEBYTECODE=1 exec python3 "$(dirname "$0")/lib/cli.py" "$@"
