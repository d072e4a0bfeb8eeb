#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's python3-mastodon (Mastodon.py), which bots and scripts are written with, on two of our nodes: login by code flow, and all that it can do.
# Usage: mastodon_py.sh OUTBOARD_BINARY
here=$(dirname "$0")
exec bash "$here/lib/client.sh" "$here/lib/mastodon_py_story.py" 127.0.9 "$1"
