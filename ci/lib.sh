# shellcheck shell=bash
# What the scripts of this folder and .ci/run share: `. ci/lib.sh`, in the root of the repository.

fail() {
  printf '%s: %s\n' "$0" "$*" >&2
  exit 1
}

# Those of the Debian packages given that are missing.
install_packages() {
  dpkg -s "$@" >/dev/null 2>&1 && return
  [ "$(id -u)" = 0 ] || fail "as root: apt-get install --no-install-recommends $*"
  local apt=(apt-get -o DPkg::Lock::Timeout=600 -qq)
  # With this run level Debian's scripts start no service: the system's own nginx is not wanted.
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  "${apt[@]}" update >&2 || true # one unreachable third-party source is no reason to stop: the install reports it
  "${apt[@]}" install -y --no-install-recommends "$@" >&2 ||
    "${apt[@]}" install -y --no-install-recommends "$@" >&2 || # a mirror's hiccup: once more
    fail "apt-get install of $* failed"
}

# A command, and the Debian package that brings it where it is missing.
need() { command -v "$1" >/dev/null || install_packages "$2"; }

# Cargo compiles a crate again for each set of features, and which those are depends on what is built together. So
# whatever is not a release is built as one: the whole workspace with its tests.
build_debug() { cargo build --quiet --workspace --all-targets; }

# The released program, in $waybill.
build_release() {
  cargo build --quiet --release
  waybill=$PWD/target/release/waybill
}

# Seconds and KiB of a command, one line into the file $1; what the command prints into $1.output.
measure() {
  local file=$1
  shift
  /usr/bin/time -q -a -o "$file" -f '%e %M' "$@" >"$file.output" 2>&1 || {
    cat "$file.output" >&2
    exit 1
  }
}

# The median of column $2 in the file $1.
median() { sort -g -k "$2,$2" "$1" | awk -v c="$2" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'; }

divide() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }

# `waybill serve` on the folder $1 with the options that follow, on a free port of loopback: its process is $server, its
# address $served. What it prints goes into $1.jsonl.
start_serving() {
  local folder=$1
  shift
  : >"$folder.jsonl"
  "$waybill" --json serve "$folder" --listen :0 "$@" >"$folder.jsonl" 2>/dev/null &
  server=$!
  until grep -q listening "$folder.jsonl"; do
    kill -0 "$server" || return 1
    sleep 0.1
  done
  # shellcheck disable=SC2034 # for the caller
  served=$(sed -n 's/.*"listening":"\([^"]*\)".*/\1/p' "$folder.jsonl")
}

stop_serving() {
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
}
