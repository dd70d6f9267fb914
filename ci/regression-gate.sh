#!/usr/bin/env bash
# Checks that `waybill bench --baseline` reports a stage that has become slower, and nothing for equal runs: builds a
# second program from a copy of the sources in which the file digest is computed twice, and compares runs of each
# program with a baseline of the first. Figures belong in docs/performance.md.
#
#   ci/regression-gate.sh [PAIRS] [SIZE]     PAIRS of equal runs, 10; SIZE of the payload, 128MiB
#
# It ends with 1 if the slower stages are not reported, or if an equal run is. Takes about 15 minutes; the machine
# should be idle otherwise. Needs 2 GB in ${TMPDIR:-/tmp}.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/lib.sh
. ci/lib.sh

pairs=${1:-10}
size=${2:-128MiB}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Copies the sources and makes PayloadDigest digest every byte twice.
mkdir "$scratch/slow"
git archive HEAD | tar -x -C "$scratch/slow"
python3 - "$scratch/slow/intunewin/src/crypto.rs" <<'PYTHON'
import sys
path = sys.argv[1]
text = open(path).read()
right = "        self.sha.update(plaintext);\n"
assert text.count(right) == 1, "crypto.rs is written in another way now"
open(path, "w").write(text.replace(right, "        std::hint::black_box(Sha256::digest(plaintext));\n" + right))
PYTHON
# A separate target folder is needed, because cargo takes crates of another copy of the sources for the same ones.
(cd "$scratch/slow" && CARGO_TARGET_DIR="$scratch/target" cargo build --quiet --release --bin waybill)
cp "$scratch/target/release/waybill" "$scratch/slowed"
rm -rf "$scratch/target"
build_release
cp "$waybill" "$scratch/right"

bench() { # program, arguments: its exit code, its page into $scratch/page
  local program=$1 status=0
  shift
  "$program" --quiet bench --size "$size" --folder "$scratch" "$@" >"$scratch/page" || status=$?
  [ "$status" = 0 ] || [ "$status" = 12 ] || { cat "$scratch/page"; exit "$status"; }
  return "$status"
}

caught=0 passed=0
for ((pair = 1; pair <= pairs; pair++)); do
  rm -f "$scratch/baseline.json"
  bench "$scratch/right" --save "$scratch/baseline.json"
  if bench "$scratch/right" --baseline "$scratch/baseline.json"; then
    passed=$((passed + 1))
  else
    cat "$scratch/page"
  fi
done
printf 'equal runs that passed: %d of %d\n' "$passed" "$pairs"

bench "$scratch/slowed" --baseline "$scratch/baseline.json" --save "$scratch/slowed.json" || true
cat "$scratch/page"
if python3 - "$scratch/slowed.json" <<'PYTHON'
import json, sys
stages = json.load(open(sys.argv[1]))["comparison"]["stages"]
lost = {stage["name"] for stage in stages if stage["regressed"]}
print("slowed: the digest; caught:", ", ".join(sorted(lost)) or "nothing")
sys.exit(not "authenticate" in lost)
PYTHON
then
  caught=1
fi
[ "$caught" = 1 ] && [ "$passed" = "$pairs" ]
