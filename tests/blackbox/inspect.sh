#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# outboard inspect on documents as other software writes them: kind, id and owner, and whether they are believed.
# Usage: bash tests/blackbox/inspect.sh BINARY short|long
set -u
ulimit -n "$(ulimit -Hn)" 2>/dev/null
PYTHONDONTWRITEBYTECODE=1 exec python3 "$(dirname "$0")/lib/inspecting.py" "$@"
