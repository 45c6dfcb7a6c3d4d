#!/usr/bin/env bash
# Make the default run on Fashion-MNIST, or on the sample where Fashion-MNIST is not available, and say so. The run ends
# by saying where to look.
set -euo pipefail
cd "$(dirname "$0")/.."
trap 'exit 130' INT # whoever ends the download does not want the sample instead

# Where a person sits in front of a desktop. It works in the background, and whether it can changes nothing.
open_page() {
    [[ -z ${CI:-}${SSH_CONNECTION:-}${SSH_TTY:-} && -f $1 ]] || return 0
    if [[ $(uname) == Darwin ]]; then
        open "$1" >/dev/null 2>&1 &
    elif [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]] && command -v xdg-open >/dev/null; then
        xdg-open "$1" >/dev/null 2>&1 &
    fi
}

warn_of_sample() {
    {
        echo
        echo "************************************************************************"
        echo "NOT FASHION-MNIST, which could not be obtained: $1"
        echo "It shows that everything works, and says little about the networks."
        cat tools/ways_out.txt
        echo "and then again: make run"
        echo "************************************************************************"
    } >&2
}

if tools/data.sh; then
    .venv/bin/kedro run
    open_page data/08_reporting/report.html
else
    warn_of_sample "running on the sample of 6,000 images."
    .venv/bin/kedro run --env=sample
    open_page data/sample/08_reporting/report.html
    warn_of_sample "this was the sample of 6,000 images."
fi
