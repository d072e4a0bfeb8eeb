#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The samples in deploy/ work as they stand: nginx in front of a node, the systemd unit.
# Usage: bash tests/blackbox/proxy.sh BINARY short|long
set -u
PYTHONDONTWRITEBYTECODE=1 exec python3 "$(dirname "$0")/lib/proxy.py" "$@"
