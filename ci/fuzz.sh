#!/usr/bin/env bash
# Runs every fuzz target, or the named ones, for SECONDS (60) each, starting from the test vectors and the corpus of
# earlier runs. Inputs that fail are kept in fuzz/artifacts, and the script then ends with 1.
#
#   ci/fuzz.sh [SECONDS] [TARGET]...
#   ci/fuzz.sh gate                      the short form: a fixed number of runs from the seeds alone, always the same
#                                        ones, so that whether a change passes does not depend on chance
#
# The flags are those of cargo-fuzz, which is not used because installing it takes longer than building the targets.
# Some are unstable; RUSTC_BOOTSTRAP=1 allows them on a stable compiler.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(package detection_xml unpack msi_facts)
declare -A gate_runs=([package]=100000 [detection_xml]=200000 [unpack]=15000 [msi_facts]=50000)

triple=$(rustc -vV | sed -n 's/^host: //p') # with a target named, the flags do not reach build scripts
programs=$PWD/fuzz/target/$triple/release
corpus=$PWD/fuzz/corpus
[ "$seconds" != gate ] || { corpus=$PWD/target/fuzz-gate && rm -rf "$corpus"; }

flags=(
  -Cpasses=sancov-module
  -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
  -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares
  -Cllvm-args=-sanitizer-coverage-stack-depth
  -Cllvm-args=-simplifycfg-branch-fold-threshold=0
  -Zsanitizer=address
  -Cdebug-assertions
  -Ccodegen-units=1 # with more, little is inlined and the targets run at a third of their speed
  --cfg fuzzing
)
cp Cargo.lock fuzz/Cargo.lock # the same versions as the workspace's; cargo adds libFuzzer's crates
(
  cd fuzz
  export RUSTC_BOOTSTRAP=1 RUSTFLAGS="${flags[*]}"
  cargo build --quiet --release --target "$triple" --bins
)
# AddressSanitizer reports tables of libdeflate as two definitions of one name. cargo-fuzz also switches this check off.
export ASAN_OPTIONS=detect_odr_violation=0
"$programs/seeds" "$corpus"

[ ! -d /dev/shm ] || export TMPDIR=/dev/shm # the unpack target writes small files, very many of them

for target in "${targets[@]}"; do
  if [ "$seconds" = gate ]; then
    echo "== $target: ${gate_runs[$target]} runs"
    length=(-runs="${gate_runs[$target]}" -seed=1)
  else
    echo "== $target: $seconds s"
    length=(-max_total_time="$seconds")
  fi
  log=$PWD/target/fuzz-$target.log
  outcome=0
  mkdir -p "fuzz/artifacts/$target"
  "$programs/$target" "$corpus/$target" "${length[@]}" -artifact_prefix="fuzz/artifacts/$target/" -max_len=16384 \
    -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 >"$log" 2>&1 || outcome=$?
  grep -E 'stat::(number_of_executed_units|peak_rss_mb)' "$log" || true
  [ "$outcome" = 0 ] && continue
  grep -a -A 3 -m 1 'panicked at' "$log" | cut -c 1-300 || true
  grep -aE '^SUMMARY|fuzz/artifacts/|ERROR' "$log" | cut -c 1-300 || true
  exit 1
done
