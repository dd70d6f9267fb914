#!/usr/bin/env bash
# Fetches to a full disk, at 32 sizes: before the first byte, in the download, in the journal, before unpacking, while
# unpacking and in the manifest. Each time the error must be `disk-full`, nothing incomplete may be at the destination,
# and when there is space again the same fetch must continue from the bytes it holds. The disk is a tmpfs in a separate
# mount namespace, so nothing of the machine is changed.
#
#   ci/disk-full.sh
#
# Needs Linux, and root or unprivileged user namespaces; takes some seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/lib.sh
. ci/lib.sh

test=disk_full::a_full_disk_is_told_and_then_gone_on_from

# Root only needs a mount namespace; other users need a user namespace in which they may mount a tmpfs.
namespace=(unshare --mount)
[ "$(id -u)" = 0 ] || namespace+=(--user --map-root-user)
refused=$("${namespace[@]}" mount -t tmpfs none /mnt 2>&1) ||
  fail "cannot mount a tmpfs here (${refused:-no reason given}): it needs root or unprivileged user namespaces"

volume=$(mktemp -d)
trap 'rmdir "$volume"' EXIT
cargo test --quiet --workspace --test crashes --no-run
export volume test
# shellcheck disable=SC2016 # expanded by the inner shell
"${namespace[@]}" bash -euo pipefail -c '
  mount -t tmpfs -o size=64m,mode=700 none "$volume"
  WAYBILL_DISK_FULL=$volume cargo test --quiet --workspace --test crashes -- --ignored --exact "$test" --nocapture
' | tee /dev/stderr | grep 'disk full: 32 sizes' >/dev/null || fail "the sweep did not end well"
