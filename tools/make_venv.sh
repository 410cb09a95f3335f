#!/bin/sh
# Make a virtual environment, unless there is one, with the newest Python that Eutonia is tested on.
set -eu
venv=$1
if "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    exit 0
fi

for python in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
    command -v "$python" >/dev/null 2>&1 || continue
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        without_venv=$python
        continue
    fi
    echo "Setting up $venv with $("$python" --version) (once; it takes a few minutes)"
    if "$python" -m venv "$venv"; then
        exit 0
    fi
    rm -rf "$venv"
    echo "$python could not make the environment $venv: see the message above." >&2
    exit 1
done

if [ -n "${without_venv:-}" ]; then
    echo "$without_venv lacks the venv module. On Debian and Ubuntu: sudo apt install python3-venv" >&2
else
    echo "Eutonia needs Python 3.11 or newer, and none was found." >&2
    echo "Install it, or name it: make PYTHON=/path/to/python3.12 demo" >&2
fi
exit 1
