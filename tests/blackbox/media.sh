#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Uploads as clients send them, the addresses they give, kill -9 in between, and what is left on the disk.
# Usage: bash tests/blackbox/media.sh BINARY short|long
set -u
PYTHONDONTWRITEBYTECODE=1 exec python3 "$(dirname "$0")/lib/media.py" "$@"
