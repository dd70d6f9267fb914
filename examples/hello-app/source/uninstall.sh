#!/bin/sh
# Takes away what install.sh put there, and says 0 when there was nothing to take away.
target="$HOME/.local/share/Waybill Hello"

rm -f "$target/hello.txt" || exit 1
[ ! -d "$target" ] || rmdir "$target"
