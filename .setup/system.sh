#!/usr/bin/env bash
# Debian packages: `system.sh run` what the hotline needs, `system.sh test` also what its tests need.
# Only the missing ones are installed; without root they are named in one line.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

wanted=(ca-certificates espeak-ng sox libsox-fmt-base mmdebstrap fakechroot fakeroot libcap2-bin procps)
command -v node >/dev/null || wanted+=(nodejs)
command -v npm >/dev/null || wanted+=(npm)
command -v asterisk >/dev/null && wanted=("${wanted[@]/mmdebstrap/}")
.setup/python.sh >/dev/null 2>&1 || wanted+=(python3 python3-venv)
tests=(chromium postgresql sip-tester libfaketime fonts-dejavu-core fonts-noto-core)
if [ "$(id -u)" = 0 ]; then tests+=(sudo); fi # tests/setup tries the set-up as a user that it makes

missing() { # package names → those that are not installed
  local package
  for package in "$@"; do
    [ -z "$package" ] && continue
    dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || printf '%s ' "$package"
  done
}

install() { # package names → installed, or 1
  as_root true || return 1
  one_at_a_time system
  quietly "$SETUP_LOGS/apt-update.log" as_root apt-get update -q || return 1
  quietly "$SETUP_LOGS/apt-install.log" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "$@"
}

command -v dpkg-query >/dev/null || fail \
  "Máy này không dùng gói Debian. Hãy cài tương đương của: ${wanted[*]}, rồi chạy make venv web asterisk." \
  "This machine has no Debian packages. Install the likes of: ${wanted[*]}, then run make venv web asterisk."

read -r -a absent <<<"$(missing "${wanted[@]}")"
if [ "${#absent[@]}" -gt 0 ]; then
  say "cài gói hệ thống: ${absent[*]}" "installing system packages: ${absent[*]}"
  install "${absent[@]}" || fail \
    "Không cài được gói hệ thống (cần quyền root và kho gói). Hãy chạy: sudo apt-get install ${absent[*]}" \
    "System packages could not be installed (root and a package archive are needed). Run: sudo apt-get install ${absent[*]}"
fi

[ "${1:-run}" = test ] || exit 0
read -r -a absent <<<"$(missing "${tests[@]}")"
[ "${#absent[@]}" -gt 0 ] || exit 0
say "cài gói để kiểm thử: ${absent[*]}" "installing packages for the tests: ${absent[*]}"
install "${absent[@]}" && exit 0
in_ci && fail "Thiếu gói để kiểm thử: ${absent[*]}" "Packages for the tests are missing: ${absent[*]}"
warn "Thiếu ${absent[*]}: các phép thử cần chúng sẽ được bỏ qua. Cài: sudo apt-get install ${absent[*]}" \
  "${absent[*]} missing: tests that need them will be skipped. Install: sudo apt-get install ${absent[*]}"
