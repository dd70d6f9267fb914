#!/usr/bin/env bash
# Runs `init` over sources of every kind, lints what it writes (no error may be found), and compares the results with
# the table in docs/init.md. With `--write` it writes the table anew.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --write ]; then export WAYBILL_SNAPSHOTS=write; fi
exec cargo test --quiet --package waybill-packager --lib -- init::tests::sources
