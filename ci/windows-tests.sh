#!/usr/bin/env bash
# Runs all tests as Windows programs under wine. Wine itself fails now and then: a process does not start ("Internal
# error", 1359), or a connection reset is seen as an ordinary end. So if at most three test programs fail, each is run
# once more as a whole. A line "second try: ..." names the tests, and .ci/run prints it.
#
#   ci/windows-tests.sh
set -euo pipefail
cd "$(dirname "$0")/.."

# The output goes to a file and not through a pipe, because wine's servers outlive the tests and would hold a pipe open.
log=$(mktemp)
told=no
tell() { # what counts of programs that are run again is the second try
  [ "$told" = yes ] || sed 's/^test result: FAILED/first try: FAILED/' "$log"
  told=yes
}
trap 'tell; rm -f "$log"' EXIT

status=0
ci/windows.sh cargo test --workspace --no-fail-fast >"$log" 2>&1 || status=$?
tell
[ "$status" != 0 ] || exit 0

mapfile -t failed < <(sed -n 's/^    .\(-p .*\).$/\1/p' "$log")
if [ "${#failed[@]}" = 0 ] || [ "${#failed[@]}" -gt 3 ]; then
  grep '^test result: FAILED' "$log" || true
  exit "$status"
fi
sed -n 's/^test \(.*\) [.][.][.] FAILED$/second try: \1/p' "$log"
for program in "${failed[@]}"; do
  read -ra arguments <<<"$program"
  # Cargo prints how to run a failed program: `-p PACKAGE --test NAME`. `--workspace` replaces the package, so that
  # nothing is compiled again with other features.
  [ "${arguments[2]:-}" != --test ] || arguments=(--workspace --test "${arguments[3]}")
  ci/windows.sh cargo test "${arguments[@]}"
done
