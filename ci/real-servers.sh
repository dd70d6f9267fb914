#!/usr/bin/env bash
# Starts the servers that contents are really fetched from, and runs a command with their addresses.
#
#   ci/real-servers.sh COMMAND ARGS...      e.g. ci/real-servers.sh cargo test --workspace --test across real_servers
#
# A package of 12 MiB is packed and published; nginx (Debian's) serves the public tree in several ways, and Azurite
# (from npm, Azure's blob storage in small) holds the content. Everything is on loopback, on free ports and in a folder
# that goes, like the servers, when the command has ended. What is missing is installed: nginx-light and npm by apt (as
# root), Azurite into target/tools. Needs python3 and curl.
#
# The command finds in its environment:
#   WAYBILL_REAL_SERVERS    "required": its tests may not be skipped
#   WAYBILL_REAL_DOCUMENT   content.json, with the keys; its URL is public/<mac>/content.bin, below itself
#   WAYBILL_REAL_SOURCE     the source folder, to compare with
#   WAYBILL_REAL_CONTENT    the content's path below each URL: <mac>/content.bin
#   WAYBILL_REAL_NGINX      http://127.0.0.1:PORT, with the same tree below each of these:
#     /plain/         as it is
#     /slow/          2 MB/s a connection
#     /no-ranges/     max_ranges 0
#     /gzip/          compressed for whoever accepts it
#     /recompressed/  a proxy that compresses for everybody, asked or not
#     /moved/         302 to /plain/
#     /elsewhere/     302 to /plain/ under another name (localhost)
#     /busy/          503 with Retry-After: 1
#   WAYBILL_REAL_AZURE      http://127.0.0.1:PORT/devstoreaccount1; ci/azure_blob.py signs URLs for
#   WAYBILL_REAL_CONTAINER  and in it the blob named as the content's path
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=ci/lib.sh
. "$root/ci/lib.sh"

azurite_version=3.35.0
azurite=$root/target/tools/azurite
content_bytes=$((12 * 1024 * 1024))

[ $# -gt 0 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }

scratch=$(mktemp -d)
servers=()

finish() {
  local status=$? pid
  for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${servers[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$scratch"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

install_azurite() {
  need npm npm
  grep -qs "\"version\": \"$azurite_version\"" "$azurite/node_modules/azurite/package.json" && return
  npm install --prefix "$azurite" --no-audit --no-fund --no-save --loglevel=error "azurite@$azurite_version" >&2
}

# Prints $1 different free ports.
free_ports() {
  python3 - "$1" <<'PYTHON'
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(taken.getsockname()[1] for taken in sockets))
PYTHON
}

publish() {
  (cd "$root" && build_debug)
  local waybill=${CARGO_TARGET_DIR:-$root/target}/debug/waybill
  mkdir "$scratch/source"
  head -c "$content_bytes" /dev/urandom >"$scratch/source/data.bin"
  echo 'exit /b 0' >"$scratch/source/install.cmd"
  "$waybill" --quiet pack "$scratch/source" --setup install.cmd --output "$scratch/app.intunewin"
  "$waybill" --quiet publish "$scratch/app.intunewin" --to "$scratch/public" --document "$scratch/app.content.json"
  content=$(cd "$scratch/public" && echo */content.bin)
}

# Prints a configuration for nginx that includes none of the system's and writes only to the scratch folder.
nginx_configuration() {
  local port=$1 tree="alias $scratch/public/;"
  [ "$(id -u)" != 0 ] || echo "user root;" # else a worker could not read what only we may
  cat <<NGINX
daemon off;
worker_processes 1;
pid $scratch/nginx.pid;
error_log stderr warn;
events { worker_connections 512; }
http {
  access_log off;
  default_type application/octet-stream;
  types { application/json json; }
  sendfile on;
  client_body_temp_path $scratch/nginx-body;
  proxy_temp_path $scratch/nginx-proxy;
  fastcgi_temp_path $scratch/nginx-fastcgi;
  uwsgi_temp_path $scratch/nginx-uwsgi;
  scgi_temp_path $scratch/nginx-scgi;
  server {
    listen 127.0.0.1:$port;
    location /plain/ { $tree }
    location /slow/ { $tree limit_rate 2m; }
    location /no-ranges/ { $tree max_ranges 0; }
    location /gzip/ { $tree gzip on; gzip_types application/octet-stream; gzip_proxied any; gzip_http_version 1.0; }
    location /recompressed/ { proxy_pass http://127.0.0.1:$port/gzip/; proxy_set_header Accept-Encoding gzip; }
    location /moved/ { rewrite ^/moved/(.*)$ http://127.0.0.1:$port/plain/\$1 redirect; }
    location /elsewhere/ { rewrite ^/elsewhere/(.*)$ http://localhost:$port/plain/\$1 redirect; }
    location /busy/ { add_header Retry-After 1 always; return 503; }
  }
}
NGINX
}

# Waits until the last server that was started answers or has ended.
await() {
  local url=$1 log=$2 pid=${servers[-1]} attempt
  for attempt in $(seq 150); do
    curl --silent --output /dev/null --max-time 2 "$url" && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  fail "no answer from $url after $attempt attempts: $(tail -n 5 "$log")"
}

start_nginx() {
  nginx_configuration "$1" >"$scratch/nginx.conf"
  /usr/sbin/nginx -p "$scratch" -c "$scratch/nginx.conf" >"$scratch/nginx.log" 2>&1 </dev/null &
  servers+=($!)
  export WAYBILL_REAL_NGINX=http://127.0.0.1:$1
  await "$WAYBILL_REAL_NGINX/plain/" "$scratch/nginx.log"
}

start_azurite() {
  (
    cd "$scratch" # where it would leave its files, if it left any
    exec node "$azurite/node_modules/azurite/dist/src/blob/main.js" --blobHost 127.0.0.1 --blobPort "$1" \
      --inMemoryPersistence --disableTelemetry --skipApiVersionCheck --silent
  ) >"$scratch/azurite.log" 2>&1 </dev/null &
  servers+=($!)
  export WAYBILL_REAL_AZURE=http://127.0.0.1:$1/devstoreaccount1
  await "$WAYBILL_REAL_AZURE" "$scratch/azurite.log"
  export WAYBILL_REAL_CONTAINER=contents
  local mac=${content%/*}
  python3 "$root/ci/azure_blob.py" upload "$WAYBILL_REAL_AZURE" "$WAYBILL_REAL_CONTAINER" \
    "$content=$scratch/public/$content" "$mac/pieces.json=$scratch/public/$mac/pieces.json"
}

need /usr/sbin/nginx nginx-light
install_azurite
publish
export WAYBILL_REAL_SERVERS=required WAYBILL_REAL_DOCUMENT=$scratch/app.content.json
export WAYBILL_REAL_SOURCE=$scratch/source WAYBILL_REAL_CONTENT=$content
read -r nginx_port azurite_port < <(free_ports 2)
start_nginx "$nginx_port"
start_azurite "$azurite_port"
"$@"
