#!/usr/bin/env bash
# Fails if a tracked name would not survive a checkout on Windows: forbidden characters, reserved device names, a
# trailing dot or space, paths too long for a clone in an ordinary folder, names that differ only in case. With the
# argument `-` it reads the names from stdin instead, separated by NULs.
set -euo pipefail
cd "$(dirname "$0")/.."

longest=180 # MAX_PATH is 260, the clone's own folder and .git's siblings need the rest

if [ "${1:-}" = - ]; then names() { cat; }; else names() { git ls-files -z; }; fi
list=$(names | tr '\n\0' '\001\n') # a newline in a name is a control character, found below

bad=0
report() { # what is wrong, the names on stdin
  local found
  found=$(cat)
  [ -n "$found" ] || return 0
  printf '%s:\n' "$1" >&2
  awk '{ print "    " $0 }' <<<"$found" >&2
  bad=1
}
matching() { grep -aE "$1" <<<"$list" || true; }

devices='CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)([0-9]|¹|²|³)'
report 'characters Windows refuses' < <(matching '[<>:"|?*\\[:cntrl:]]')
report 'reserved device names' < <(grep -aiE "(^|/)($devices)[ ]*([.][^/]*)?(/|$)" <<<"$list" || true)
report 'a trailing dot or space' < <(matching '[. ](/|$)')
report "over $longest characters" < <(awk -v longest="$longest" 'length($0) > longest' <<<"$list")
report 'names that differ in case only' < <(sort -f <<<"$list" | uniq -Di)
exit "$bad"
