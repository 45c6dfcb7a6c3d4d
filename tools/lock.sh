#!/usr/bin/env bash
# Pin what pyproject.toml asks for in requirements.lock: exact versions with hashes and without addresses, one
# version of each package for Python 3.11 and 3.12, Linux and macOS. Arguments go to uv, such as --upgrade.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v uv >/dev/null; then
    echo "make lock needs uv, which resolves for all platforms at once: pip install uv" >&2
    exit 1
fi
# graphene 3.4 forgot its bound on python-dateutil, which makes a resolver prefer it to its successors.
constraints="graphene>=3.4.3"

# uv does not read pip's settings, so a mirror or a folder of wheels in them leaves no trace in the hashes.
uv pip compile pyproject.toml --extra dev --output-file requirements.lock --quiet \
    --universal --python-version 3.11 --fork-strategy fewest --constraint /dev/stdin \
    --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" \
    "$@" <<<"$constraints"
