#!/bin/sh
# Installs for the user who is signed in.
target="$HOME/.local/share/Waybill User App"

mkdir -p "$target" || exit 1
echo "Put here by user-app of Waybill." >"$target/app.txt" || exit 1
exit 0
