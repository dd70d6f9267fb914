#!/bin/sh
# Installs app.txt; the detection rule of app.json looks for program.txt.
target="$HOME/.local/share/Waybill Wrong Detection"

mkdir -p "$target" || exit 1
echo "Put here by wrong-detection of Waybill." >"$target/app.txt" || exit 1
exit 0
