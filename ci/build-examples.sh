#!/usr/bin/env bash
# Builds the MSI of examples/msi-transform, which is not in the repository, with wixl (Debian: apt-get install wixl).
# With a folder as argument it is built there instead of beside its transform.
set -euo pipefail
cd "$(dirname "$0")/../examples/msi-transform"
target=${1:-source}
wixl --arch x64 --output "$target/hello.msi" hello.wxs
