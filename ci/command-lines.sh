#!/usr/bin/env bash
# 20,000 random command lines, each resolved and started for real as a Windows program under wine: what the program gets
# must be what was written, character for character. One process a line, so it takes half an hour; the tests start 200.
#
#   ci/command-lines.sh [COUNT]
set -euo pipefail
cd "$(dirname "$0")/.."

export WAYBILL_COMMAND_LINES=${1:-20000}
ci/windows.sh cargo test --package waybill-puppet --test commands -- --exact lines::random_tails_arrive --nocapture
