#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's toot, the client for the command line, on two of our nodes: login by code flow, and all that it can do.
# Usage: toot.sh OUTBOARD_BINARY
here=$(dirname "$0")
exec bash "$here/lib/client.sh" "$here/lib/toot_story.py" 127.0.8 "$1"
