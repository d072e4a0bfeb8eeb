#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Nothing that comes from outside ends the process or goes unnamed: corpora and mutations of them, on every entrance.
# Usage: bash tests/blackbox/hostile.sh BINARY short|long
set -u
ulimit -n "$(ulimit -Hn)" 2>/dev/null
PYTHONDONTWRITEBYTECODE=1 exec python3 "$(dirname "$0")/lib/hostile.py" "$@"
