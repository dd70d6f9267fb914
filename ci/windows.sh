#!/usr/bin/env bash
# Builds Waybill for Windows (x86_64-pc-windows-gnu) on Debian 12 or later and runs it under wine. No display is needed.
#
#   ci/windows.sh setup                      Debian packages, a wine prefix that says Windows 10 (once; a minute, 2 GB)
#   ci/windows.sh cargo build|test|run ...   cargo for the Windows target, in the current directory
#   ci/windows.sh wine PROGRAM.exe ARGS...   a Windows program in that prefix
#   ci/windows.sh built NAME ARGS...         one that `cargo build` or `cargo test` made
#
# Everything it keeps is below ${WAYBILL_WINE:-~/.cache/waybill-wine}: the prefix, a cargo home and a target folder. So
# nothing is shared with ordinary builds or rebuilt because of them.
#
# rustup could add a Windows std if its server can be reached. Debian's rustc-web has the source of std instead and is
# an ordinary package, so this works wherever apt does.
set -euo pipefail
# shellcheck source=ci/lib.sh
. "$(dirname "$0")/lib.sh"

target=x86_64-pc-windows-gnu
keep=${WAYBILL_WINE:-$HOME/.cache/waybill-wine}
packages=(rustc-web cargo-web rust-web-src gcc-mingw-w64-x86-64-win32 wine wine64 wixl msitools)

mkdir -p "$keep"
export WINEPREFIX=${WINEPREFIX:-$keep/prefix} WINEARCH=win64 WINEDEBUG=${WINEDEBUG:--all}
unset DISPLAY

# Wine's servers outlive this script by minutes and would keep everything that they inherit, such as a lock of the
# caller.
for inherited in 3 4 5 6 7 8 9; do
  eval "exec $inherited>&-"
done

make_prefix() {
  [ -f "$WINEPREFIX/system.reg" ] && return
  # wineboot warns that it has no 32-bit loader, which we do not need. mscoree and mshtml would ask to download Mono and
  # Gecko.
  WINEDLLOVERRIDES='mscoree=d;mshtml=d' timeout 300 wine wineboot -i >"$keep/wineboot.log" 2>&1 || true
  timeout 120 wine winecfg -v win10 >>"$keep/wineboot.log" 2>&1 # wine 8 says Windows 7, for which std has no support
  timeout 60 wineserver -w || true                             # the registry is written when the server ends
  [ -f "$WINEPREFIX/system.reg" ] || fail "no wine prefix was made, see $keep/wineboot.log"
}

# Since Rust 1.78 std takes its hash seeds from ProcessPrng in bcryptprimitives.dll. Windows has had this function since
# 7; wine 8.0 (Debian 12) lacks the library, and every program would end with 0xC0000135. This library calls
# RtlGenRandom.
make_bcryptprimitives() {
  local dll=$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll
  [ -f "$dll" ] && return
  cat >"$keep/bcryptprimitives.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length); /* RtlGenRandom */
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) {
    while (length) {
        ULONG part = length > 0x10000000 ? 0x10000000 : (ULONG)length;
        if (!SystemFunction036(buffer, part)) return FALSE;
        buffer += part;
        length -= part;
    }
    return TRUE;
}
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved) { return TRUE; }
C
  x86_64-w64-mingw32-gcc -O2 -shared -o "$dll" "$keep/bcryptprimitives.c" -ladvapi32
}

setup() {
  install_packages "${packages[@]}"
  make_prefix
  make_bcryptprimitives
  printf 'ready: %s, %s\n' "$(/usr/bin/rustc -V)" "$(wine --version)"
}

# Runs Debian's cargo and rustc by their absolute paths, so that rustup's proxies are not used. C sources (libdeflate)
# are compiled by x86_64-w64-mingw32-gcc, which the cc crate finds by itself. `test` is among the parts of std for every
# verb: with different lists for build and test, std would be built again at each change of verb.
windows_cargo() {
  [ -x /usr/bin/cargo ] || fail "run 'ci/windows.sh setup' first"
  local verb=${1:?build, test or run}
  shift
  # Without this, wine's server would end seconds after a program, and a program that starts just then would fail.
  wineserver -p300 </dev/null >/dev/null 2>&1 || true # it may run already
  env -u RUSTUP_TOOLCHAIN -u CARGO -u RUSTC_WRAPPER \
    CARGO_HOME="${WIN_CARGO_HOME:-$keep/cargo-home}" CARGO_TARGET_DIR="${WIN_TARGET_DIR:-$keep/target}" \
    RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc RUSTC_BOOTSTRAP=1 \
    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc \
    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine \
    /usr/bin/cargo -Zbuild-std=std,panic_abort,test "$verb" --target "$target" "$@"
}

case "${1:-}" in
  setup) setup ;;
  cargo) shift && windows_cargo "$@" ;;
  wine) shift && exec wine "$@" ;;
  built) program=${WIN_TARGET_DIR:-$keep/target}/$target/debug/$2.exe && shift 2 && exec wine "$program" "$@" ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac
