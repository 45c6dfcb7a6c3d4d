#!/usr/bin/env bash
# Print the path of a Python that this project runs on: the one named by $PYTHON if that is set, else the
# first that is found. If none will do, say what was found and what to do, and exit with 1.
set -euo pipefail

probe='
import os, sys
version = "Python %d.%d.%d" % sys.version_info[:3]
if not (3, 11) <= sys.version_info[:2] <= (3, 12):
    sys.exit("is " + version)
if sys.implementation.name != "cpython" or sys.maxsize < 2**32:
    sys.exit("is %s, but not a 64-bit CPython, which TensorFlow needs" % version)
try:
    import ensurepip, venv
except ImportError:
    sys.exit("is %s without venv (Debian, Ubuntu: apt-get install python%d.%d-venv)" % ((version,) + sys.version_info[:2]))
print(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
'
found=""

# Print the interpreter behind a candidate and end, or note why it will not do.
try() {
    local answer
    command -v "$1" >/dev/null || { found+="  $1 was not found"$'\n'; return 0; }
    if answer=$("$1" -I -c "$probe" 2>&1) && [[ -x ${answer##*$'\n'} ]]; then
        echo "${answer##*$'\n'}"
        exit 0
    fi
    answer=${answer%%$'\n'*}
    found+="  $1 ${answer:-does not run as Python}"$'\n'
}

if [[ -n ${PYTHON:-} ]]; then
    try "$PYTHON"
    echo "PYTHON names an unsuitable Python; this project needs 3.11 or 3.12:" >&2
else
    for candidate in python3.12 python3.11 python3 python; do
        try "$candidate"
    done
    for candidate in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[12].*/bin/python; do
        [[ ! -x $candidate ]] || try "$candidate"
    done
    if command -v uv >/dev/null && candidate=$(uv python find --no-config --system ">=3.11,<3.13" 2>/dev/null); then
        try "$candidate"
    fi
    echo "No suitable Python was found; this project needs 3.11 or 3.12:" >&2
fi
cat >&2 <<END
$found
Install one and try again, or name one that is installed:
  Debian, Ubuntu   apt-get install python3 python3-venv
  macOS            brew install python@3.12
  with uv          uv python install 3.12
  by name          make setup PYTHON=/path/to/python3.12
END
exit 1
