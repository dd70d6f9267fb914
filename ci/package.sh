#!/usr/bin/env bash
# Packages every crate that can be published, as `cargo publish` would, and builds each from its package.
#
#   ci/package.sh [--no-verify]      with --no-verify nothing is built
set -euo pipefail
cd "$(dirname "$0")/.."

# Cargo would package these as well, and they name one another without a version.
private=(waybill-tests waybill-puppet waybill-support xtask)
cargo package --workspace --quiet --allow-dirty "${private[@]/#/--exclude=}" "$@"
