#!/bin/sh
# Takes away what install.sh put there, and says 0 when there was nothing to take away.
target="$HOME/.local/share/Waybill Retry"

rm -f "$target/app.txt" || exit 1
[ ! -d "$target" ] || rmdir "$target"
