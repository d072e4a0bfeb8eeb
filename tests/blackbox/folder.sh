#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What lies in a data folder is never lost by a command: other keys, missing files, several inits at once.
# Usage: bash tests/blackbox/folder.sh BINARY short|long
set -u
PYTHONDONTWRITEBYTECODE=1 exec python3 "$(dirname "$0")/lib/folder.py" "$@"
