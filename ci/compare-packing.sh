#!/usr/bin/env bash
# Packs the same folder with Waybill, with 7z and openssl, and with Python (zipfile and `cryptography`, ci/peer.py), and
# says which goals are reached: speed, size, the share of cryptography, memory, and how fast a package is authenticated.
# Results belong in docs/performance.md.
#
#   ci/compare-packing.sh [--strict] [ROUNDS]      ROUNDS is 3; the medians count
#
# The folder has 4,000 programs and libraries of this machine, 250 MB; a second folder has files over 8 MiB. It ends
# with 1 if a goal is missed that does not depend on how busy the machine is (size, memory), and with --strict if any
# goal is missed. Needs python3, GNU time and 3 GB in ${TMPDIR:-/tmp}; installs 7z and openssl if apt can, and
# `cryptography` in a temporary Python environment. Without `cryptography`, Python only makes the zip.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/lib.sh
. ci/lib.sh

strict=no
[ "${1:-}" != --strict ] || { strict=yes && shift; }
rounds=${1:-3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

need 7z p7zip-full
need openssl openssl
need /usr/bin/time time
build_release
# Built in one command, so that no crate is compiled again with other features.
cargo build --quiet --release -p waybill-cli -p waybill-benchmark --bins
python=$(ci/peer-environment.sh "$scratch/environment") || python=
seal_rate=$PWD/target/release/seal-rate
authenticate_rate=$PWD/target/release/authenticate-rate

# Copies files of /usr/bin and /usr/lib to $1: at most $2 files and about $3 bytes, each of at least $4 bytes. On the
# same machine it always chooses the same files.
collect() {
  python3 - "$@" <<'PYTHON'
import hashlib, os, shutil, sys
target, files, size, smallest = sys.argv[1], *map(int, sys.argv[2:])
found = []
for root in "/usr/bin", "/usr/lib":
    for folder, _, names in os.walk(root):
        for path in (os.path.join(folder, name) for name in names):
            if os.path.isfile(path) and not os.path.islink(path) and os.access(path, os.R_OK):
                if os.path.getsize(path) >= smallest and path.isascii() and not set(path) & set(':<>"|?*\\'):
                    found.append((hashlib.sha1(path.encode()).digest(), path))
seen, count, total = set(), 0, 0
for _, path in sorted(found):
    length = os.path.getsize(path)
    # Skips files that would make the total too large for the number of files so far, so that it ends close to `size`.
    if count == files or path.lower() in seen or total + length > size * (count + 1) / files + size / 10:
        continue
    seen.add(path.lower())
    os.makedirs(os.path.dirname(target + path), exist_ok=True)
    shutil.copyfile(path, target + path)
    count, total = count + 1, total + length
with open(os.path.join(target, "install.cmd"), "w") as script:
    script.write("exit /b 0\r\n")
print(f"{count} files, {total / 1e6:.0f} MB")
PYTHON
}

# Measures packing folder $2 with $1 threads. The report of the last run is kept.
pack() {
  measure "$scratch/waybill-$1-$2" "$waybill" --quiet --json pack "$scratch/$2" --setup install.cmd --threads "$1" --force \
    --output "$scratch/out.intunewin"
  cp "$scratch/waybill-$1-$2.output" "$scratch/report-$2.json"
}

# Measures the work of making a package with 7z and openssl: zip, digest, encryption, MAC.
seven_zip() {
  rm -f "$scratch/out.zip"
  measure "$scratch/7z" sh -c "
    set -e
    cd '$scratch/programs'
    7z a -tzip -mmt2 ../out.zip . >/dev/null
    openssl dgst -sha256 ../out.zip
    openssl enc -aes-256-cbc -K $(printf '%064d' 1) -iv $(printf '%032d' 1) -in ../out.zip -out ../out.enc
    openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '%064d' 1) ../out.enc"
}

# Zips folder $1 with Python's zipfile (zlib, level 6, like Microsoft's tool), and prints the size of the zip.
zlib_size() {
  measure "$scratch/zip" python3 ci/peer.py zip "$scratch/$1" "$scratch/python.zip"
  cat "$scratch/zip.output"
}

# Makes a package in Python, checks that we accept it, and prints the size of its payload.
python_package() {
  measure "$scratch/python" "$python" ci/peer.py pack "$scratch/programs" install.cmd "$scratch/python.intunewin"
  cat "$scratch/python.output"
  "$waybill" --quiet verify --deep "$scratch/python.intunewin" >&2
}

# Measures how fast a package of 1 GiB, stored, is authenticated and digested, and how much memory that takes.
authenticate() {
  mkdir "$scratch/gigabyte"
  echo 'exit /b 0' >"$scratch/gigabyte/install.cmd"
  head -c 1073741824 /dev/urandom >"$scratch/gigabyte/random.bin"
  "$waybill" --quiet pack "$scratch/gigabyte" --setup install.cmd --level store --output "$scratch/1.intunewin" >/dev/null
  rm -r "$scratch/gigabyte"
  "$authenticate_rate" "$scratch/1.intunewin" >"$scratch/rates"
  measure "$scratch/verify" "$waybill" --quiet verify "$scratch/1.intunewin"
  rm "$scratch/1.intunewin"
}

printf 'programs: %s; large: %s\n' "$(collect "$scratch/programs" 4000 250000000 1)" \
  "$(collect "$scratch/large" 12 250000000 8388609)"
for ((round = 0; round < rounds; round++)); do
  pack 2 programs
  pack 1 programs
  seven_zip
done
"$waybill" --quiet unpack "$scratch/out.intunewin" --payload-only --output "$scratch/payload.zip" >/dev/null
"$seal_rate" "$scratch/payload.zip" >"$scratch/sealing"
pack 16 programs
pack 2 large
if [ -n "$python" ]; then
  for ((round = 0; round < rounds; round++)); do python_package >"$scratch/zlib-programs"; done
else
  zlib_size programs >"$scratch/zlib-programs"
fi
zlib_size large >"$scratch/zlib-large"
authenticate

python3 - "$scratch" "$strict" <<'PYTHON'
import json, os, platform, statistics, sys
scratch, strict = sys.argv[1:]
def lines(name):
    with open(os.path.join(scratch, name)) as file:
        return [[float(word) for word in line.split()] for line in file]
def wall(name):
    return statistics.median(line[0] for line in lines(name))
def mib(name):
    return max(line[1] for line in lines(name)) / 1024
def payload(folder):
    with open(os.path.join(scratch, f"report-{folder}.json")) as file:
        return json.load(file)["sizes"]["payload"]
one, two, other = wall("waybill-1-programs"), wall("waybill-2-programs"), wall("7z")
sealing = lines("sealing")[0][0]
zlib = {folder: lines(f"zlib-{folder}")[0][0] for folder in ("programs", "large")}
memory = max(mib(name) for name in ("waybill-1-programs", "waybill-2-programs", "waybill-16-programs", "waybill-2-large"))
cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
print(f"{cpu}, {os.cpu_count()} threads, {platform.system()} {platform.release()}\n")
print("| | seconds | MiB |\n|---|---|---|")
print(f"| 7z -mmt2 + openssl | {other:.2f} | {mib('7z'):.0f} |")
for threads in 2, 1, 16:
    name = f"waybill-{threads}-programs"
    print(f"| waybill, {threads} thread{'s' * (threads > 1)} | {wall(name):.2f} | {mib(name):.0f} |")
print(f"| of one thread, sealing | {sealing:.2f} | |")
if os.path.exists(os.path.join(scratch, "python")):
    print(f"| Python zipfile + cryptography | {wall('python'):.2f} | {mib('python'):.0f} |")
print(f"| Python zipfile, the zip alone | {lines('zlib-programs')[-1][1]:.2f} | |")
print(f"| waybill verify, 1 GiB | {wall('verify'):.2f} | {mib('verify'):.0f} |\n")
authenticated, digested = lines("rates")[0]
print(f"authenticate + digest {authenticated / 1e9:.2f} GB/s, single-thread SHA-256 {digested / 1e9:.2f} GB/s\n")
goals = [ # what, measured, as text, is it reached, does it depend on the machine's mood
    ("2 threads against 7z + openssl", f"{other / two:.2f} ×", "≥ 4.5 ×", other / two >= 4.5, True),
    ("2 threads against 1", f"{one / two:.2f} ×", "≥ 1.75 ×", one / two >= 1.75, True),
    ("sealing of one thread's time", f"{100 * sealing / one:.1f} %", "≤ 10 %", sealing / one <= 0.10, True),
    ("payload against zlib 6", f"{payload('programs') / zlib['programs']:.4f}", "≤ 1.00",
     payload("programs") <= zlib["programs"], False),
    ("the same, files over 8 MiB", f"{payload('large') / zlib['large']:.4f}", "≤ 1.03",
     payload("large") <= 1.03 * zlib["large"], False),
    ("peak memory, up to 16 threads", f"{memory:.0f} MiB", "≤ 96 MiB", memory <= 96, False),
    ("authenticate + digest against SHA-256", f"{authenticated / digested:.2f} ×", "≥ 0.75 ×",
     authenticated / digested >= 0.75, True),
    ("peak memory of verify, 1 GiB", f"{mib('verify'):.0f} MiB", "≤ 40 MiB", mib("verify") <= 40, False),
]
print("| goal | | measured | |\n|---|---|---|---|")
for what, measured, goal, reached, _ in goals:
    print(f"| {what} | {goal} | {measured} | {'reached' if reached else '**missed**'} |")
sys.exit(any(not reached and (strict == "yes" or not moody) for *_, reached, moody in goals))
PYTHON
