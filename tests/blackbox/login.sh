#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A person logs in from an app as a browser without JavaScript would do it: forms, redirects, cookies; then token and revocation.
# Usage: bash tests/blackbox/login.sh BINARY short|long
set -u
ulimit -n "$(ulimit -Hn)" 2>/dev/null
PYTHONDONTWRITEBYTECODE=1 exec python3 "$(dirname "$0")/lib/login.py" "$@"
