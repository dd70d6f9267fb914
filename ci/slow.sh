#!/usr/bin/env bash
# Runs tests that are too slow or too large for `cargo test`: a package of 200,000 entries, and one with a file of 5 GB,
# which makes the inner and the outer zip zip64. They are packed, unpacked, and delivered by `waybill serve`. Peak
# memory is measured by /usr/bin/time and must stay within the limits. Needs 25 GB in ${TMPDIR:-/tmp}, python3 and GNU
# time; takes some minutes.
#
# Also builds every published crate from its package.
#
#   ci/slow.sh [entries] [large] [packages]
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/lib.sh
. ci/lib.sh

packing_mib=96
device_mib=40

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
build_release

# Runs a command, and fails if its peak memory is over $1 MiB.
within() {
  local limit=$1 kib seconds
  shift
  rm -f "$scratch/measured"
  measure "$scratch/measured" "$waybill" --quiet "$@"
  read -r seconds kib <"$scratch/measured"
  printf '%-8s %4d MiB of %d, %s s\n' "$1" $(((kib + 1023) / 1024)) "$limit" "$seconds"
  [ "$kib" -le $((limit * 1024)) ] || fail "waybill $1 took more than $limit MiB"
}

# Checks with Python the number of entries in an archive and the size of its largest file.
expect_zip() {
  python3 - "$1" "$2" "$3" <<'PYTHON' || fail "$1 is not what it should be"
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    entries = archive.infolist()
    assert len(entries) == int(sys.argv[2]), len(entries)
    assert max(entry.file_size for entry in entries) >= int(sys.argv[3])
    assert archive.testzip() is None
PYTHON
}

# Publishes, serves and fetches the package $1. The files must be those of $2, and a second fetch must find them in
# place.
delivered() {
  local server served url
  within $device_mib publish "$1" --to "$scratch/public" --with-keys
  start_serving "$scratch/public" --lab
  url=$served$(basename "$1" .intunewin).content.json
  within $device_mib fetch "$url" --output "$scratch/fetched" --root "$scratch/root"
  within $device_mib fetch "$url" --output "$scratch/fetched" --root "$scratch/root" --check
  stop_serving
  diff -r "$2" "$scratch/fetched" || fail "what was fetched is not what was packed"
  rm -rf "$scratch/public" "$scratch/fetched" "$scratch/root"
}

entries() {
  echo "== 200,000 entries"
  local source=$scratch/entries package=$scratch/entries.intunewin
  python3 - "$source" <<'PYTHON'
import os, sys
for folder in range(200):
    path = os.path.join(sys.argv[1], f"folder {folder:03}")
    os.makedirs(path)
    for number in range(1000):
        with open(os.path.join(path, f"a file with a name of some length {number:04}.txt"), "w") as file:
            file.write(f"{folder} {number}\n")
PYTHON
  mv "$source/folder 199/a file with a name of some length 0999.txt" "$source/install.cmd"
  within $packing_mib pack "$source" --setup install.cmd --output "$package"
  within $device_mib verify --deep "$package"
  within $device_mib unpack "$package" --output "$scratch/unpacked"
  diff -r "$source" "$scratch/unpacked" || fail "200,000 entries came back changed"
  delivered "$package" "$source"
  "$waybill" --quiet unpack "$package" --payload-only --output "$scratch/payload.zip"
  expect_zip "$scratch/payload.zip" 200000 0
  touch "$source/one too many"
  local outcome=0
  "$waybill" --quiet pack "$source" --setup install.cmd --output "$scratch/more.intunewin" 2>/dev/null || outcome=$?
  [ "$outcome" = 3 ] || fail "200,001 entries: ended with $outcome, not 3"
  rm -rf "${scratch:?}"/*
}

large() {
  echo "== a file of 5 GB"
  local source=$scratch/large package=$scratch/large.intunewin bytes=5000000000
  mkdir "$source"
  echo 'exit /b 0' >"$source/install.cmd"
  truncate -s $bytes "$source/sparse.bin"
  local offset
  for offset in 0 4294967290 $((bytes - 6)); do
    printf 'marked' | dd of="$source/sparse.bin" bs=1 seek="$offset" conv=notrunc status=none
  done
  within $packing_mib pack "$source" --setup install.cmd --level store --output "$package"
  within $device_mib verify --deep "$package"
  expect_zip "$package" 2 $bytes
  within $device_mib unpack "$package" --output "$scratch/unpacked"
  cmp "$source/sparse.bin" "$scratch/unpacked/sparse.bin" || fail "5 GB came back changed"
  rm -r "$scratch/unpacked"
  delivered "$package" "$source"
  within $device_mib unpack "$package" --payload-only --output "$scratch/payload.zip"
  expect_zip "$scratch/payload.zip" 2 $bytes
  rm -rf "${scratch:?}"/*
}

packages() {
  echo "== crates built from their packages"
  ci/package.sh
}

[ $# -gt 0 ] || set -- entries large packages
for part in "$@"; do "$part"; done
