#!/usr/bin/env bash
# Sends the requests of a resuming download to real servers. The rules of resuming depend on the answers, so each is
# compared with the one that was seen when the rules were made; docs/servers.md has the table.
#
#   ci/real-servers.sh ci/server-behaviour.sh          compares; a difference ends it with 1
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/lib.sh
. ci/lib.sh

: "${WAYBILL_REAL_NGINX:?run it under ci/real-servers.sh}"
content=$WAYBILL_REAL_CONTENT
scratch=$(mktemp -d)
server=
finish() {
  local status=$?
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$scratch"
  exit "$status"
}
trap finish EXIT

signed=$(python3 ci/azure_blob.py sign "$WAYBILL_REAL_AZURE" "$WAYBILL_REAL_CONTAINER" "$content" 600)
expired=$(python3 ci/azure_blob.py sign "$WAYBILL_REAL_AZURE" "$WAYBILL_REAL_CONTAINER" "$content" -60)

# Starts our lab server on the public folder beside the document.
waybill=${CARGO_TARGET_DIR:-target}/debug/waybill
start_serving "$(dirname "$WAYBILL_REAL_DOCUMENT")/public"

declare -A urls=(
  [nginx]=$WAYBILL_REAL_NGINX/plain/$content
  [nginx, max_ranges 0]=$WAYBILL_REAL_NGINX/no-ranges/$content
  [nginx, gzip on]=$WAYBILL_REAL_NGINX/gzip/$content
  [gzip for everybody]=$WAYBILL_REAL_NGINX/recompressed/$content
  [Azurite]=$signed
  [Azurite, expired]=$expired
  [waybill serve]=$served$content
)
size=$(curl --silent --fail --head "${urls[nginx]}" | tr -d '\r' | sed -n 's/^Content-Length: //p')

# Prints a summary of an answer: status, Content-Range, length of the body, ETag, Content-Encoding.
summary() {
  local headers=$1 body=$2
  tr -d '\r' <"$headers" | awk -v "got=$(wc -c <"$body")" -v "size=$size" '
    NR == 1 { status = $2; next }
    tolower($1) == "content-range:" { sub(/^[^:]*: bytes /, ""); sub("/" size "$", "/N"); range = " range " $0 }
    tolower($1) == "etag:" { tag = $2 ~ /^W\// ? " weak" : " strong" }
    tolower($1) == "content-encoding:" { encoding = " " $2 }
    tolower($1) == "retry-after:" { after = " retry-after " $2 }
    END {
      # The length of error pages and compressed bodies is not compared.
      body = status >= 300 || encoding != "" ? "" : got == size ? " all" : " " got " bytes"
      if (status >= 300) tag = ""
      print status range body tag encoding after
    }'
}

etag_of() { curl --silent --head "$1" | tr -d '\r' | sed -n 's/^[Ee][Tt][Aa][Gg]: //p'; }

differences=0
# expect SERVER ANSWER CURL_ARGUMENTS...
expect() {
  local name=$1 expected=$2 answer outcome=0
  shift 2
  : >"$scratch/body"
  curl --silent --max-time 30 --dump-header "$scratch/headers" --output "$scratch/body" "$@" "${urls[$name]}" || outcome=$?
  case $outcome in
    0) answer=$(summary "$scratch/headers" "$scratch/body") ;;
    8) answer='no answer in HTTP' ;;
    *) answer="curl ended with $outcome" ;;
  esac
  if [ "$answer" = "$expected" ]; then
    printf '  %-20s %s\n' "$name" "$answer"
  else
    printf '  %-20s %s   WAS %s\n' "$name" "$answer" "$expected"
    differences=$((differences + 1))
  fi
}

part=(--range 100-199)
identity=(--header 'Accept-Encoding: identity')

echo "a range"
for name in nginx Azurite 'waybill serve'; do
  expect "$name" '206 range 100-199/N 100 bytes strong' "${part[@]}" "${identity[@]}"
done
expect 'nginx, max_ranges 0' '200 all strong' "${part[@]}"
expect 'nginx, gzip on' '206 range 100-199/N 100 bytes strong' "${part[@]}" "${identity[@]}"

echo "a range, and gzip is accepted"
expect 'nginx, gzip on' '200 weak gzip' "${part[@]}" --header 'Accept-Encoding: gzip'
expect 'gzip for everybody' '200 weak gzip' "${part[@]}" "${identity[@]}"
expect Azurite '206 range 100-199/N 100 bytes strong' "${part[@]}" --header 'Accept-Encoding: gzip'
expect 'waybill serve' '206 range 100-199/N 100 bytes strong' "${part[@]}" --header 'Accept-Encoding: gzip'

echo "a range with the right If-Match"
for name in nginx Azurite 'waybill serve'; do
  expect "$name" '206 range 100-199/N 100 bytes strong' "${part[@]}" --header "If-Match: $(etag_of "${urls[$name]}")"
done

echo "a range with a wrong If-Match"
for name in nginx Azurite 'waybill serve'; do expect "$name" 412 "${part[@]}" --header 'If-Match: "other"'; done

echo "a range with a wrong If-Range"
expect nginx '200 all strong' "${part[@]}" --header 'If-Range: "other"'
expect Azurite '206 range 100-199/N 100 bytes strong' "${part[@]}" --header 'If-Range: "other"'
expect 'waybill serve' '200 all strong' "${part[@]}" --header 'If-Range: "other"'

echo "a range that begins at the end"
expect nginx '416 range */N' --range "$size-"
expect Azurite "206 range $size-$((size - 1))/N 0 bytes strong" --range "$size-"
expect 'waybill serve' '416 range */N' --range "$size-"

echo "a range that begins behind the end"
expect nginx '416 range */N' --range "$((size + 100))-"
expect Azurite '416 range */N' --range "$((size + 100))-"
expect 'waybill serve' '416 range */N' --range "$((size + 100))-"

echo "the last hundred bytes"
for name in nginx 'waybill serve'; do
  expect "$name" "206 range $((size - 100))-$((size - 1))/N 100 bytes strong" --range -100
done
expect Azurite 'no answer in HTTP' --range -100 # its Content-Length is NaN, and all bytes follow

echo "a signature that has expired"
expect 'Azurite, expired' 403 "${part[@]}"

echo
nginx=$(/usr/sbin/nginx -v 2>&1)
printf '%s; %s; ' "${nginx##*: }" "$(curl --silent --head "$signed" | tr -d '\r' | sed -n 's/^Server: //p')"
[ "$differences" = 0 ] || { echo "$differences answers differ"; exit 1; }
echo "all as it was seen before"
