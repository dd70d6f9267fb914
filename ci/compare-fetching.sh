#!/usr/bin/env bash
# Fetches the same content with Waybill and with other programs from the same nginx, and says which goals are reached:
# time to an authenticated file on loopback, the whole fetch at 1 Gbit/s, memory, and disk. The other programs are curl
# and aria2c, which only download; curl, openssl and 7z in sequence, and Python (ci/peer.py), which end with the same
# files as a fetch. Results belong in docs/performance.md.
#
#   ci/compare-fetching.sh [--strict] [ROUNDS] [MIB]      ROUNDS is 3 and the medians count; MIB is 2048
#
# All files are on a tmpfs (/dev/shm, or $TMPDIR), which needs space for five times the content. The connection of 1
# Gbit/s is a token bucket (tbf) between two network namespaces that this script makes and removes; without the right to
# make them that part is skipped with a message. It ends with 1 if a goal is missed that does not depend on how busy the
# machine is (memory, disk), and with --strict if any goal is missed. Needs python3, curl, aria2, openssl, 7z, GNU time,
# iproute2 and nginx; installs them if apt can, and `cryptography` as ci/compare-packing.sh does. At 1 Gbit/s the other
# programs that unpack run only once.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/lib.sh
. ci/lib.sh

strict=no
[ "${1:-}" != --strict ] || { strict=yes && shift; }
rounds=${1:-3}
mebibytes=${2:-2048}
base=${TMPDIR:-/dev/shm}
scratch=$(mktemp -d "$base/waybill-fetching.XXXXXX")
server=
namespaces=()

clean_up() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  for name in "${namespaces[@]}"; do ip netns delete "$name" 2>/dev/null || true; done
  rm -rf "$scratch"
}
trap clean_up EXIT

need 7z p7zip-full
need aria2c aria2
need curl curl
need ip iproute2
need nginx nginx-light
need openssl openssl
need /usr/bin/time time
build_release
python=$(ci/peer-environment.sh "$scratch/environment") || python=
export WAYBILL_ROOT=$scratch/root

# Makes files that do not deflate, like the large files of installers, and some hundred small ones.
make_content() {
  mkdir -p "$scratch/source"
  python3 - "$scratch/source" "$mebibytes" <<'PYTHON'
import os, random, sys
target, size = sys.argv[1], int(sys.argv[2]) << 20
random.seed(1)
block = random.randbytes(16 << 20)
def write(name, length):
    with open(os.path.join(target, name), "wb") as file:
        while length > 0:
            part = block[: min(length, len(block))]
            file.write(random.randbytes(64) + part[64:])
            length -= len(part)
small = 300
for index in range(small):
    write(f"small-{index}.dat", 16 << 10)
large = 8
for index in range(large):
    write(f"large-{index}.dat", (size - small * (16 << 10)) // large)
PYTHON
  "$waybill" --quiet pack "$scratch/source" --setup small-0.dat --level store --output "$scratch/content.intunewin"
  rm -r "$scratch/source"
}

# Starts nginx on the address $1, with one worker and its files below $scratch. $2 and following are put before the
# command.
start_nginx() {
  local address=$1
  shift
  mkdir -p "$scratch/nginx"
  cat >"$scratch/nginx.conf" <<CONF
daemon off;
worker_processes 1;
user root;
pid $scratch/nginx/pid;
error_log $scratch/nginx/error.log;
events { worker_connections 64; }
http {
  access_log off;
  sendfile on;
  client_body_temp_path $scratch/nginx/body;
  proxy_temp_path $scratch/nginx/proxy;
  fastcgi_temp_path $scratch/nginx/fastcgi;
  uwsgi_temp_path $scratch/nginx/uwsgi;
  scgi_temp_path $scratch/nginx/scgi;
  server { listen $address; root $scratch/public; }
}
CONF
  "$@" nginx -p "$scratch/nginx" -e "$scratch/nginx/error.log" -c "$scratch/nginx.conf" &
  server=$!
  for _ in $(seq 50); do
    ! (exec 3<>"/dev/tcp/${address%:*}/${address##*:}") 2>/dev/null || return 0
    kill -0 "$server" 2>/dev/null || break
    [ $# -eq 0 ] || return 0 # in a namespace of its own it is not seen from here
    sleep 0.1
  done
  cat "$scratch/nginx/error.log" >&2
  return 1
}

stop_nginx() {
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
}

publish() { # base URL
  rm -rf "$scratch/public" "$scratch/content.json"
  "$waybill" --quiet publish "$scratch/content.intunewin" --to "$scratch/public" --base-url "$1" \
    --document "$scratch/content.json"
  url=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["url"])' "$scratch/content.json")
}

# Writes and removes a file of twice the content, as much as a fetch holds, on the tmpfs. A virtual machine may have
# returned memory to its host, and it must get that memory back now and not in the next measurement.
warm_up() {
  head -c "$((size * 2))" /dev/zero >"$scratch/warm"
  rm "$scratch/warm"
}

measure_curl() {
  local name=$1
  shift
  warm_up
  measure "$scratch/$name" "$@" curl --silent --show-error --fail -o "$scratch/curl.out" "$url"
  rm "$scratch/curl.out"
}

# Measures aria2c with $2 connections.
measure_aria2() {
  local name=$1 connections=$2
  shift 2
  warm_up
  measure "$scratch/$name" "$@" aria2c --no-conf --quiet --file-allocation=none --min-split-size=1M \
    --max-connection-per-server="$connections" --split="$connections" --dir="$scratch" --out=aria2.out "$url"
  rm "$scratch/aria2.out"
}

# Measures curl, openssl and 7z one after the other, as a careful script would use them.
measure_chain() {
  local name=$1
  shift
  cat >"$scratch/chain.sh" <<'CHAIN'
set -euo pipefail
mkdir "$2" && cd "$2"
curl --silent --show-error --fail -o content "$1"
[ "$(head -c 32 content | od -An -v -tx1 | tr -d ' \n')" = "$MAC" ]
[ "$(tail -c +33 content | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$MAC_KEY" -r | cut -c -64)" = "$MAC" ]
tail -c +49 content | openssl enc -d -aes-256-cbc -K "$KEY" -iv "$IV" -out payload.zip
rm content
[ "$(openssl dgst -sha256 -r payload.zip | cut -c -64)" = "$DIGEST" ]
7z x -bd -o files payload.zip >7z.log || cat 7z.log
rm payload.zip
CHAIN
  warm_up
  # shellcheck disable=SC2046 # words
  measure "$scratch/$name" "$@" env $(secrets) bash "$scratch/chain.sh" "$url" "$scratch/by-hand"
  rm -r "$scratch/by-hand"
}

secrets() {
  python3 - "$scratch/content.json" <<'PYTHON'
import base64, json, sys
info = json.load(open(sys.argv[1]))["fileEncryptionInfo"]
for name, field in dict(KEY="encryptionKey", MAC_KEY="macKey", IV="initializationVector", MAC="mac", DIGEST="fileDigest").items():
    print(f"{name}={base64.b64decode(info[field]).hex()}")
PYTHON
}

measure_python() {
  local name=$1
  shift
  [ -n "$python" ] || return 0
  warm_up
  measure "$scratch/$name" "$@" "$python" ci/peer.py fetch "$scratch/content.json" "$scratch/by-python"
  rm -r "$scratch/by-python"
}

# Prints the disk space in KiB that a fetch uses at this moment: in its root, in staging folders and at the destination.
on_disk() {
  (
    shopt -s nullglob
    set +o pipefail # what vanishes while it is counted is no fault
    du -sk "$scratch/root" "$scratch"/.out.waybill-* "$scratch"/out* 2>/dev/null | awk '{ all += $1 } END { print all + 0 }'
  )
}

# Measures a fetch. Appends a line to $scratch/$1: seconds in all, seconds without unpacking, seconds of unpacking, peak
# memory in KiB, most disk space in KiB.
measure_fetch() {
  local name=$1
  shift
  warm_up
  "$@" /usr/bin/time -q -o "$scratch/time" -f '%e %M' \
    "$waybill" --quiet --json fetch "$scratch/content.json" --output "$scratch/out" >"$scratch/report" &
  local fetch=$! most=0 now
  while kill -0 "$fetch" 2>/dev/null; do
    now=$(on_disk)
    [ "$now" -le "$most" ] || most=$now
    sleep 0.2
  done
  wait "$fetch"
  python3 - "$scratch/report" "$scratch/time" "$most" >>"$scratch/$name" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1]))
seconds, memory = open(sys.argv[2]).read().split()
unpack = report["unpack"]["seconds"]
print(seconds, round(float(seconds) - unpack, 3), unpack, memory, sys.argv[3])
PYTHON
  rm -rf "$scratch/out" "$scratch/root"
}

# Prints a row with the name $2, and the seconds and MiB of the measurements in $scratch/$1; nothing if there are none.
row() {
  [ ! -e "$scratch/$1" ] || printf '%-52s %8s s %6.0f MiB\n' "$2" "$(median "$scratch/$1" 1)" "$(divide "$(median "$scratch/$1" "${3:-2}")" 1024)"
}

# Prints the rows of all programs, for measurements whose files end in $1.
table() {
  row "curl$1" "curl, nothing checked"
  row "aria2-1$1" "aria2c, one connection, nothing checked"
  row "aria2-4$1" "aria2c -x4, nothing checked"
  row "chain$1" "curl, openssl, 7z"
  row "python$1" "Python: urllib, cryptography, zipfile"
  row "fetch$1" "waybill fetch" 4
}

missed=0 strictly_missed=0
# Prints whether a goal is reached: what it is, the value, the goal, and `mood` if the value depends on how busy the
# machine is.
judge() {
  local verdict=reached
  if ! awk -v v="$2" -v g="$3" 'BEGIN { exit !(v <= g) }'; then
    verdict=MISSED
    if [ "${4:-}" = mood ]; then strictly_missed=1; else missed=1; fi
  fi
  printf '%-62s %8s   goal %-7s %s\n' "$1" "$2" "$3" "$verdict"
}

make_content
size=$(stat -c %s "$scratch/content.intunewin")
printf '%d MiB of content, %s rounds, %s\n' "$((size >> 20))" "$rounds" "$(uname -r)"

start_nginx 127.0.0.1:18080
publish http://127.0.0.1:18080
rm -f "$scratch/curl" "$scratch/fetch"
for _ in $(seq "$rounds"); do
  measure_curl curl
  measure_fetch fetch
  measure_aria2 aria2-1 1
  measure_aria2 aria2-4 4
  measure_chain chain
  measure_python python
done
stop_nginx
curl=$(median "$scratch/curl" 1)
printf '\nLoopback\n'
table ""
printf 'curl %s s, fetch %s s, of them %s s to the authenticated file, %s s unpacking\n' \
  "$curl" "$(median "$scratch/fetch" 1)" "$(median "$scratch/fetch" 2)" "$(median "$scratch/fetch" 3)"
judge "authenticated file on loopback, of curl's time" "$(divide "$(median "$scratch/fetch" 2)" "$curl")" 0.85 mood
judge "peak memory, MiB" "$(divide "$(median "$scratch/fetch" 4)" 1024)" 40
judge "most on disk, of content + files" "$(divide "$(median "$scratch/fetch" 5)" "$((size * 2 / 1024))")" 1.01

# Makes a connection of 1 Gbit/s between two network namespaces.
gigabit() {
  local here=waybill-a-$$ there=waybill-b-$$
  ip netns add "$here" 2>/dev/null || return 1
  namespaces+=("$here")
  ip netns add "$there" && namespaces+=("$there")
  ip -n "$here" link add line type veth peer name line netns "$there"
  ip -n "$here" address add 10.99.0.1/24 dev line && ip -n "$here" link set line up && ip -n "$here" link set lo up
  ip -n "$there" address add 10.99.0.2/24 dev line && ip -n "$there" link set line up
  ip netns exec "$here" tc qdisc add dev line root tbf rate 1gbit burst 256k latency 20ms || return 1
  inside=(ip netns exec "$there")
  start_nginx 10.99.0.1:18080 ip netns exec "$here"
  publish http://10.99.0.1:18080
  sleep 0.5
}
if gigabit; then
  for _ in $(seq "$rounds"); do
    measure_curl curl-gigabit "${inside[@]}"
    measure_fetch fetch-gigabit "${inside[@]}"
    # Unpacks the same payload, for comparison with the time of phase 3. The pause before is as long as a download, so
    # that the memory has been unused for as long as in a fetch.
    warm_up
    sleep "$(median "$scratch/curl-gigabit" 1)"
    measure "$scratch/whole-unpack" "$waybill" --quiet unpack "$scratch/content.intunewin" --output "$scratch/out"
    measure "$scratch/verify" "$waybill" --quiet verify "$scratch/content.intunewin"
    rm -rf "$scratch/out"
  done
  measure_aria2 aria2-1-gigabit 1 "${inside[@]}"
  measure_chain chain-gigabit "${inside[@]}"
  measure_python python-gigabit "${inside[@]}"
  stop_nginx
  curl=$(median "$scratch/curl-gigabit" 1)
  unpack=$(awk -v a="$(median "$scratch/whole-unpack" 1)" -v b="$(median "$scratch/verify" 1)" 'BEGIN { printf "%.2f", a - b }')
  printf '\n1 Gbit/s\n'
  table -gigabit
  printf 'curl %s s, fetch %s s, of them %s s to the authenticated file, %s s unpacking; unpack alone %s s\n' \
    "$curl" "$(median "$scratch/fetch-gigabit" 1)" "$(median "$scratch/fetch-gigabit" 2)" "$(median "$scratch/fetch-gigabit" 3)" "$unpack"
  judge "authenticated and digested, of curl's time" "$(divide "$(median "$scratch/fetch-gigabit" 2)" "$curl")" 1.02 mood
  judge "(whole fetch - curl) / unpack alone" \
    "$(awk -v f="$(median "$scratch/fetch-gigabit" 1)" -v c="$curl" -v u="$unpack" 'BEGIN { printf "%.3f", (f - c) / u }')" 1.2 mood
else
  printf '\n1 Gbit/s: left out, network namespaces cannot be made here\n'
fi

[ "$missed" = 0 ] || exit 1
[ "$strict" = no ] || [ "$strictly_missed" = 0 ] || exit 1
