#!/usr/bin/env bash
# Checks that peak memory does not grow with size: packs, verifies, unpacks, publishes and fetches (from `waybill serve`
# on loopback) 100 MB, 1 GB and 10 GB, and prints a table of the peaks that /usr/bin/time reports. Ends with 1 if the
# largest size takes more than the smallest and a small tolerance, or if any peak is over the limits.
#
#   ci/flat-memory.sh [MEGABYTES]...        100 1000 10000
#
# Needs three times the largest in ${TMPDIR:-/tmp}, python3 and GNU time; takes some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/lib.sh
. ci/lib.sh

packing_mib=96
device_mib=40
slack_mib=16 # 100 MB do not fill what packing may hold on its way, 48 MiB

[ $# -gt 0 ] || set -- 100 1000 10000
scratch=$(mktemp -d)
server=
clean_up() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$scratch"
}
trap clean_up EXIT

largest=$(printf '%s\n' "$@" | sort -n | tail -n 1)
free=$(df --output=avail -B 1000000 "$scratch" | tail -n 1)
[ "$free" -ge $((largest * 32 / 10)) ] || fail "needs $((largest * 32 / 10)) MB in $scratch, $free MB are free"
build_release

# Makes $2 MB of files below $1, of which half deflates: four large files, 300 small ones, and the rest in files just
# under 8 MiB, which are deflated in one piece and so take the most memory.
make_source() {
  python3 - "$@" <<'PYTHON'
import os, random, sys
target, size = sys.argv[1], int(sys.argv[2]) * 1_000_000
os.mkdir(target)
random.seed(1)
noise = [random.randbytes(1 << 20) for _ in range(16)]
words = b"".join(b"line %d of a text that deflates\r\n" % number for number in range(40_000))[: 1 << 20]
def write(name, length):
    with open(os.path.join(target, name), "wb") as file:
        while length > 0:
            block = (random.choice(noise) + words)[:length]
            file.write(block)
            length -= len(block)
middle = 7_500_000
for index in range(300):
    write(f"small-{index}.dat", 16 << 10)
for index in range(size // 2 // middle):
    write(f"middle-{index}.dat", middle)
for index in range(4):
    write(f"large-{index}.dat", size // 8)
PYTHON
}

# Runs a command and keeps its peak memory in KiB as column $1 of the current size.
peak() {
  local column=$1
  shift
  measure "$scratch/peak-$megabytes-$column" "$waybill" --quiet "$@"
}
kib() { cut -d ' ' -f 2 "$scratch/peak-$1-$2"; } # megabytes, column

deliver() {
  peak publish publish "$scratch/package.intunewin" --to "$scratch/public" --with-keys
  rm "$scratch/package.intunewin"
  start_serving "$scratch/public" --lab
  peak fetch fetch "${served}package.content.json" --output "$scratch/fetched" --root "$scratch/root"
  stop_serving
  rm -rf "$scratch/public" "$scratch/fetched" "$scratch/root"
}

columns=(pack verify unpack publish fetch)
printf '| MiB | pack | verify --deep | unpack | publish | fetch |\n|---|---|---|---|---|---|\n'
for megabytes in "$@"; do
  make_source "$scratch/source" "$megabytes"
  peak pack pack "$scratch/source" --setup small-0.dat --output "$scratch/package.intunewin"
  rm -r "$scratch/source"
  peak verify verify --deep "$scratch/package.intunewin"
  peak unpack unpack "$scratch/package.intunewin" --output "$scratch/unpacked"
  rm -r "$scratch/unpacked"
  deliver
  printf '| %d MB |' "$megabytes"
  for column in "${columns[@]}"; do printf ' %d |' $((($(kib "$megabytes" "$column") + 1023) / 1024)); done
  printf '\n'
done

missed=0
for column in "${columns[@]}"; do
  limit=$device_mib
  [ "$column" != pack ] || limit=$packing_mib
  first=$(kib "$1" "$column")
  for megabytes in "$@"; do
    peak=$(kib "$megabytes" "$column")
    if [ "$peak" -gt $((limit * 1024)) ] || [ "$peak" -gt $((first + slack_mib * 1024)) ]; then
      printf '%s at %d MB: %d KiB, %d at %d MB, limit %d MiB\n' "$column" "$megabytes" "$peak" "$first" "$1" "$limit" >&2
      missed=1
    fi
  done
done
[ "$missed" = 0 ]
