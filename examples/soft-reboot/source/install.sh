#!/bin/sh
# Installs, and asks for a restart some time: of 3010 a Unix exit code keeps the low 8 bits, 194.
target="$HOME/.local/share/Waybill Soft Reboot"

mkdir -p "$target" || exit 1
echo "Put here by soft-reboot of Waybill." >"$target/app.txt" || exit 1
exit 194
