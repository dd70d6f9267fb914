#!/usr/bin/env bash
# Fetches onto a disk that is full, at 32 sizes: before the first byte, in the download, in the journal, before the
# files, while unpacking and in the manifest. Each time the error must be told as `disk-full`, nothing half may be
# there, and once room is made the same fetch goes on from what it holds. The disk is a tmpfs in a mount namespace of
# its own, so nothing of the machine is touched.
#
#   ci/disk-full.sh
#
# Needs Linux, and root or unprivileged user namespaces; takes some seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/lib.sh
. ci/lib.sh

test=disk_full::a_full_disk_is_told_and_then_gone_on_from

# As root a mount namespace is enough; otherwise a user namespace in which one may mount a tmpfs.
namespace=(unshare --mount)
[ "$(id -u)" = 0 ] || namespace+=(--user --map-root-user)
refused=$("${namespace[@]}" mount -t tmpfs none /mnt 2>&1) ||
  fail "cannot mount a tmpfs here (${refused:-no reason given}): it needs root or unprivileged user namespaces"

volume=$(mktemp -d)
trap 'rmdir "$volume"' EXIT
cargo test --quiet --workspace --test crashes --no-run
export volume test
# shellcheck disable=SC2016 # expanded inside
"${namespace[@]}" bash -euo pipefail -c '
  mount -t tmpfs -o size=64m,mode=700 none "$volume"
  WAYBILL_DISK_FULL=$volume cargo test --quiet --workspace --test crashes -- --ignored --exact "$test" --nocapture
' | tee /dev/stderr | grep 'disk full: 32 sizes' >/dev/null || fail "the sweep did not end well"
