#!/usr/bin/env bash
# Fetches, removes the folder, fetches again and loses the power while the second fetch unpacks: an ext4 volume in a file is
# copied at that moment, mounted again, and the next fetch must end with the right bytes. Everything is mounted in a
# separate mount namespace.
#
#   ci/power-loss.sh
#
# Needs Linux, root and loop devices; where they are missing it says so and ends with 0. Takes some seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/lib.sh
. ci/lib.sh

test=disk_image::a_fetch_after_a_loss_of_power_never_ends_with_lost_bytes

ground=$(mktemp -d)
trap 'rm -rf "$ground"' EXIT
export ground test
# shellcheck disable=SC2016 # expanded by the inner shell
probe='
  truncate -s 16M "$ground/probe.img"
  mkfs.ext4 -q -F "$ground/probe.img"
  mkdir "$ground/probe"
  mount -o loop "$ground/probe.img" "$ground/probe"
'
if ! refused=$(unshare --mount bash -euo pipefail -c "$probe" 2>&1); then
  echo "power loss: SKIPPED, no image can be mounted here (${refused:-no reason given}): it needs root and loop devices"
  exit 0
fi

cargo test --quiet --workspace --test crashes --no-run
# shellcheck disable=SC2016 # expanded by the inner shell
unshare --mount bash -euo pipefail -c '
  WAYBILL_POWER_LOSS=$ground cargo test --quiet --workspace --test crashes -- --ignored --exact "$test" --nocapture
' | tee /dev/stderr | grep 'power loss: 6 moments' >/dev/null || fail "a fetch after a loss of power did not end well"
