#!/bin/sh
# Installs Hello from Waybill: one text file below ~/.local/share. Runs in the content folder.
target="$HOME/.local/share/Waybill Hello"

mkdir -p "$target" || exit 1
cp files/hello.txt "$target/hello.txt"
