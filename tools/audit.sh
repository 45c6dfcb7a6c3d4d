#!/usr/bin/env bash
# Ask for known vulnerabilities of what the locks pin. It ends with 0 whatever comes out: found ones are listed,
# and that nothing could be asked is said.
set -uo pipefail
cd "$(dirname "$0")/.."

if command -v pip-audit >/dev/null; then
    audit=(pip-audit)
elif command -v uvx >/dev/null; then
    audit=(uvx --quiet pip-audit@2.9.0)  # no newer one unseen: it runs with the rights of this script
else
    echo "Not audited: neither pip-audit nor uv is installed."
    exit 0
fi
locks=(requirements.lock locks/*.lock)
found=$(timeout 120 "${audit[@]}" "${locks[@]/#/--requirement=}" --disable-pip --progress-spinner off 2>&1)
status=$?
if [ $status -eq 0 ] || grep -q "known vulnerabilit" <<<"$found"; then
    echo "$found"
else
    echo "Not audited: no index of vulnerabilities answers ($(tail -n 1 <<<"$found" | cut -c 1-120))."
fi
exit 0
