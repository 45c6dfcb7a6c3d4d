#!/usr/bin/env bash
# Make .venv from requirements.lock, unless it is complete and current. Arguments are extras that it shall have as well, each
# with a lock of its own in locks/; it keeps those that it has.
set -euo pipefail
cd "$(dirname "$0")/.."

# Written last, so that a set-up that was interrupted is never taken for a finished one.
stamp=.venv/complete
place=$(pwd -P) # the programs in .venv/bin hold it
inputs=$(cksum requirements.lock locks/*.lock pyproject.toml tools/setup.sh)
for extra in "$@"; do
    [[ -f locks/$extra.lock ]] && continue
    echo "No extra is called $extra. There are: $(cd locks && echo *.lock | sed 's/\.lock//g')." >&2
    exit 1
done

is_usable() {
    [[ -f $stamp && $(head -n 1 $stamp) == "$place" && -x .venv/bin/kedro ]] || return 1
    .venv/bin/python -I -S -c "" 2>/dev/null || return 1
    [[ -z $python ]] || grep -Fqx "executable = $python" .venv/pyvenv.cfg
}

python=""
[[ -z ${PYTHON:-} ]] || python=$(tools/find_python.sh)
if is_usable; then
    present=$(sed -n 's/^extras: //p' $stamp)
    extras=$(printf '%s\n' $present "$@" | sort -u | xargs)
    if [[ $(tail -n +2 $stamp) == "$inputs"$'\n'"extras: $extras" ]]; then
        echo ".venv is up to date."
        exit 0
    fi
    rm $stamp
    echo "Updating .venv to requirements.lock${extras:+ with $extras}."
else
    extras=$(printf '%s\n' "$@" | sort -u | xargs)
    [[ -n $python ]] || python=$(tools/find_python.sh)
    echo "Making .venv with $("$python" --version) ($python); this downloads about 1 GB the first time."
    rm -rf .venv
    "$python" -m venv .venv
fi

[[ -t 1 ]] && quiet="" || quiet="--quiet"
export PIP_DISABLE_PIP_VERSION_CHECK=1
if command -v uv >/dev/null; then
    install=(uv pip install --python .venv/bin/python $quiet)
else
    install=(.venv/bin/python -m pip install --no-compile $quiet)
fi
locks=(--requirement requirements.lock)
for extra in $extras; do
    locks+=(--requirement "locks/$extra.lock")
done
"${install[@]}" --require-hashes "${locks[@]}"
# The lock holds the build backend: without isolation nothing is downloaded beside it.
"${install[@]}" --no-deps --no-build-isolation --editable .

# Neither installer leaves byte code, and without it Keras takes 20 s to import instead of 6.
echo "Compiling the packages."
site_packages=$(.venv/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")
status=0
.venv/bin/python -m compileall -qq -j 0 "$site_packages" || status=$?
((status <= 1)) || exit $status # 1: some package ships templates that are not Python

printf '%s\n' "$place" "$inputs" "extras: $extras" >$stamp
echo "The set-up is complete: .venv/bin/kedro, or 'source .venv/bin/activate' and kedro."
