#!/usr/bin/env bash
# Runs the whole kill campaigns. Fetches are killed at 200 points (60 by received, 60 by digested and 60 by unpacked
# bytes, and every named point before and after a sync, rename, journal write or removal); the next fetch completes
# each, and its files are compared with the source byte for byte. Runners are killed at 114 points; their app must be
# installed exactly once. `cargo test` runs one in five of the points by bytes, and one in three of the runner's points.
#
#   ci/crashes.sh [windows]          windows: as Windows programs under wine
#
# Takes less than half a minute on two cores, and some minutes under wine. The files are in memory if there is enough
# space, because the campaign unpacks and syncs a few hundred times; a kill loses nothing that was written.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/lib.sh
. ci/lib.sh

shared=/dev/shm
if [ -z "${TMPDIR:-}" ] && [ -w $shared ] && [ "$(df --output=avail -k $shared | tail -n 1)" -gt 524288 ]; then
  TMPDIR=$(mktemp -d -p $shared)
  export TMPDIR
  trap 'rm -rf "$TMPDIR"' EXIT
fi

cargo=(cargo)
[ "${1:-}" != windows ] || cargo=(ci/windows.sh cargo)
export WAYBILL_KILLS=200
campaign() {
  "${cargo[@]}" test --quiet --workspace --test "$1" -- --nocapture 2>&1 | tee /dev/stderr | grep "$2" >/dev/null ||
    fail "the campaign of $1 did not end well"
}
campaign crashes 'kill campaign: 60 received, 60 digested, 60 unpacked, .* all resumed'
campaign installs 'kill campaign (runner): 114 points .* each installed once'

