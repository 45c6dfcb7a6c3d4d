#!/usr/bin/env bash
# Obtain Fashion-MNIST, unless it is stored already: as the ingestion does, and else from Debian's package.
set -euo pipefail
cd "$(dirname "$0")/.."
trap 'exit 130' INT # a person who ends the download wants no other attempt

ingest() {
    .venv/bin/kedro run --pipelines=data_ingestion --only-missing-outputs --params "tracking.enabled=false"
}

# The package is for root on a Debian without it, who names no folder to take the files from.
may_install_package() {
    [[ $(id -u) == 0 && -z ${FASHION_MNIST_DIR:-} && ! -e /usr/share/datasets/fashion-mnist ]] &&
        command -v apt-get >/dev/null
}

install_package() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get install --yes dataset-fashion-mnist || { apt-get update && apt-get install --yes dataset-fashion-mnist; }
}

ingest && exit
if may_install_package; then
    echo "Installing the package dataset-fashion-mnist, which has the same files."
    install_package && ingest && exit
fi
{
    echo
    echo "make data: Fashion-MNIST could not be obtained, for the reasons above."
    cat tools/ways_out.txt
    echo "Or work on the small sample in this repository: .venv/bin/kedro run --env=sample"
} >&2
exit 1
