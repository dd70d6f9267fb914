#!/usr/bin/env bash
# Makes a Python environment with `cryptography` in folder $1, for ci/peer.py, and prints the path of its interpreter.
# If that is not possible it prints a message and fails; the callers then compare without Python.
set -euo pipefail

python3 -c 'import ensurepip' 2>/dev/null ||
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends python3-venv >&2 || true
if python3 -m venv "$1" >&2 && "$1/bin/pip" --quiet --disable-pip-version-check install cryptography >&2; then
  printf '%s\n' "$1/bin/python"
else
  printf 'Python peer left out: no environment with cryptography can be made here\n' >&2
  exit 1
fi
