#!/usr/bin/env bash
# Packages every crate that can be published, as `cargo publish` would, and builds each from its package.
#
#   ci/package.sh [--no-verify]      with --no-verify nothing is built
set -euo pipefail
cd "$(dirname "$0")/.."

# `cargo package` would check these as well, and they depend on one another without a version.
private=(waybill-tests waybill-puppet waybill-support xtask)
cargo package --workspace --quiet --allow-dirty "${private[@]/#/--exclude=}" "$@"
