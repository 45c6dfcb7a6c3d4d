#!/usr/bin/env bash
# Make the default run on Fashion-MNIST, or on the sample where Fashion-MNIST is not available, and say so.
set -euo pipefail
cd "$(dirname "$0")/.."
trap 'exit 130' INT # whoever ends the download does not want the sample instead

# The folder of the results is the argument.
say_where_to_look() {
    echo
    echo "Where to look:"
    printf '  %-28s%s\n' \
        "$1/08_reporting" "figures, the metrics of each network, comparison.csv" \
        "make viz" "the graph of the pipelines, with its pictures" \
        "make mlflow" "the tracked runs: parameters, learning curves, models"
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
    say_where_to_look data
else
    warn_of_sample "running on the sample of 6,000 images."
    .venv/bin/kedro run --env=sample
    say_where_to_look data/sample
    warn_of_sample "this was the sample of 6,000 images."
fi
