# shellcheck shell=bash
# Functions for the scripts of this folder and .ci/run. Include it with `. ci/lib.sh` in the root of the repository.

fail() {
  printf '%s: %s\n' "$0" "$*" >&2
  exit 1
}

# Installs the given Debian packages if any of them is missing.
install_packages() {
  dpkg -s "$@" >/dev/null 2>&1 && return
  [ "$(id -u)" = 0 ] || fail "as root: apt-get install --no-install-recommends $*"
  local apt=(apt-get -o DPkg::Lock::Timeout=600 -qq)
  # With this run level Debian's scripts start no services, such as the nginx that they configure.
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  "${apt[@]}" update >&2 || true # one unreachable third-party source is no reason to stop: the install reports it
  "${apt[@]}" install -y --no-install-recommends "$@" >&2 ||
    "${apt[@]}" install -y --no-install-recommends "$@" >&2 || # a mirror's hiccup: once more
    fail "apt-get install of $* failed"
}

# Installs the Debian package $2 if the command $1 is missing.
need() { command -v "$1" >/dev/null || install_packages "$2"; }

# Cargo compiles a crate again for each set of features, and the set depends on which crates are built together. So
# every debug build is the same one: the whole workspace with its tests.
build_debug() { cargo build --quiet --workspace --all-targets; }

# Builds the released program and sets $waybill to its path.
build_release() {
  cargo build --quiet --release
  waybill=$PWD/target/release/waybill
}

# Runs a command, and appends its seconds and peak memory in KiB as a line to the file $1. Its output goes to $1.output.
measure() {
  local file=$1
  shift
  /usr/bin/time -q -a -o "$file" -f '%e %M' "$@" >"$file.output" 2>&1 || {
    cat "$file.output" >&2
    exit 1
  }
}

# Prints the median of column $2 in the file $1.
median() { sort -g -k "$2,$2" "$1" | awk -v c="$2" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'; }

divide() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }

# Starts `waybill serve` on the folder $1 with the options that follow, on a free port of loopback. Sets $server to its
# process id and $served to its address. Its output goes to $1.jsonl.
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
  # shellcheck disable=SC2034 # used by the caller
  served=$(sed -n 's/.*"listening":"\([^"]*\)".*/\1/p' "$folder.jsonl")
}

stop_serving() {
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
}
