#!/usr/bin/env bash
# Runs every fuzz target, or those named, for SECONDS (60) each, starting from the test vectors and what earlier runs
# found. Findings are kept in fuzz/artifacts and end the script with 1.
#
#   ci/fuzz.sh [SECONDS] [TARGET]...
#   ci/fuzz.sh gate                      the short form: a fixed number of runs from the seeds alone, always the same
#                                        ones, so that a change fails for what it changed and not for its luck
#
# cargo-fuzz comes from crates.io. Its flags are unstable ones, which RUSTC_BOOTSTRAP=1 allows a stable compiler.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(package detection_xml unpack msi_facts)
declare -A gate_runs=([package]=100000 [detection_xml]=200000 [unpack]=15000 [msi_facts]=50000)

cargo_fuzz_version=0.13.2
tools=$PWD/target/tools
triple=$(rustc -vV | sed -n 's/^host: //p') # cargo-fuzz's own default is the host it was built for
corpus=$PWD/fuzz/corpus
[ "$seconds" != gate ] || { corpus=$PWD/target/fuzz-gate && rm -rf "$corpus"; }

"$tools/bin/cargo-fuzz" --version 2>/dev/null | grep -qF "$cargo_fuzz_version" ||
  cargo install cargo-fuzz --version "$cargo_fuzz_version" --locked --debug --root "$tools"

cp Cargo.lock fuzz/Cargo.lock # the same versions as the workspace's; cargo adds libFuzzer's crates
cargo run --quiet --manifest-path fuzz/Cargo.toml --example seeds -- "$corpus"

export RUSTC_BOOTSTRAP=1
[ ! -d /dev/shm ] || export TMPDIR=/dev/shm # the unpack target writes small files, very many of them
fuzz() { "$tools/bin/cargo-fuzz" fuzz "$@"; }

fuzz build --target "$triple" # once, so that no target's time goes into compiling
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
  fuzz run --target "$triple" "$target" "$corpus/$target" -- "${length[@]}" -max_len=16384 -timeout=10 \
    -rss_limit_mb=1024 -print_final_stats=1 >"$log" 2>&1 || outcome=$?
  grep -E 'stat::(number_of_executed_units|peak_rss_mb)' "$log" || true
  [ "$outcome" = 0 ] && continue
  grep -a -A 3 -m 1 'panicked at' "$log" | cut -c 1-300 || true
  grep -aE '^SUMMARY|fuzz/artifacts/|ERROR' "$log" | cut -c 1-300 || true
  exit 1
done
