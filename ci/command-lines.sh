#!/usr/bin/env bash
# Resolves 20,000 random command lines and starts each as a Windows program under wine. The program must receive its
# line character for character. One process for each line takes half an hour in all; the tests start 200.
#
#   ci/command-lines.sh [COUNT]
set -euo pipefail
cd "$(dirname "$0")/.."

export WAYBILL_COMMAND_LINES=${1:-20000}
ci/windows.sh cargo test --package waybill-puppet --test commands -- --exact lines::random_tails_arrive --nocapture
