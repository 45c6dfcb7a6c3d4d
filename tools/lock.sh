#!/usr/bin/env bash
# Pin what pyproject.toml asks for: exact versions with hashes and without addresses, one version of each package for
# Python 3.11 and 3.12, Linux and macOS. requirements.lock has what runs, tests and lints the project; locks/EXTRA.lock has
# what an extra needs beside it. Arguments go to uv, such as --upgrade.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v uv >/dev/null; then
    echo "make lock needs uv, which resolves for all platforms at once: pip install uv" >&2
    exit 1
fi
# graphene 3.4 forgot its bound on python-dateutil, which makes a resolver prefer it to its successors.
# backports-strenum 1.3 refuses Python 3.12, which a resolver for 3.11 and newer does not see.
constraints=$'graphene>=3.4.3\nbackports-strenum<1.3'
extras=(docs notebooks export demo ray)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# uv does not read pip's settings, so a mirror or a folder of wheels in them leaves no trace in the hashes.
compile() {
    uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" "$@"
}

# All of it together first: so no extra asks for another version than the rest. The pins that there are are preferred.
cat requirements.lock locks/*.lock >"$work/all.lock" 2>/dev/null || true
compile --extra dev "${extras[@]/#/--extra=}" --constraint /dev/stdin --output-file "$work/all.lock" "$@" <<<"$constraints"
compile --extra dev --constraint "$work/all.lock" --output-file "$work/requirements.lock"
for extra in "${extras[@]}"; do
    compile --extra "$extra" --constraint "$work/all.lock" --output-file "$work/$extra.lock"
    # A requirement and its hashes are one block; those of requirements.lock are left out.
    awk '/^[a-z0-9]/ { block = $0 } NR == FNR { known[block]; next } /^#/ || !(block in known)' \
        "$work/requirements.lock" "$work/$extra.lock" >"locks/$extra.lock"
done
mv "$work/requirements.lock" requirements.lock
