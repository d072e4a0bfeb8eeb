#!/usr/bin/env bash
# Shell scripts parse, the bench finds its parts, and nothing in the tree looks like a secret.
set -eu
cd "$(dirname "$0")/.."
git ls-files -z | while IFS= read -r -d '' file; do
  [ -f "$file" ] || continue
  head -c 64 "$file" | grep -qa '^#!.*bash' && bash -n "$file"
  true
done
if git grep -nIE -e '-----BEGIN (RSA |EC )?PRIVATE KEY-----' -- . ':!tests/*'; then echo "a private key is in the tree"; exit 1; fi
PYTHONDONTWRITEBYTECODE=1 python3 tests/bench/bench.py --help >/dev/null
