# Shared by the set-up scripts: both languages of every line, root rights only where needed, stamps of what is done.
# Each script is idempotent: what is there already costs no time and no network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" # getcap, setcap and asterisk: Debian leaves these folders out for users

# tr VI EN: the sentence in the language of the person (TONGDAI_LANGUAGE, Vietnamese by default).
tr_() { case "${TONGDAI_LANGUAGE:-vi}" in en*) printf '%s' "$2" ;; *) printf '%s' "$1" ;; esac; }
say() { printf '· %s\n' "$(tr_ "$1" "$2")"; }
warn() { printf '! %s\n' "$(tr_ "$1" "$2")" >&2; }
fail() { printf '✗ %s\n' "$(tr_ "$1" "$2")" >&2; exit 1; }

# In CI a missing part is a failure; on a developer's machine its tests skip and say so.
in_ci() { [ "${CI:-}" = true ]; }

cache_dir() { printf '%s/tongdai-1022' "${XDG_CACHE_HOME:-$HOME/.cache}"; }

# as_root COMMAND…: run as root, by sudo where we are not; 1 when neither is possible.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo "$@"
  else return 1
  fi
}

# quietly LOG COMMAND…: keep the output in LOG and show its end only when the command fails.
quietly() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  [ "$status" = 0 ] || { tail -n 12 "$log" >&2; warn "nhật ký đầy đủ: $log" "the whole log: $log"; }
  return "$status"
}

# checksum FILE…: one word that changes when a file's name or content does.
checksum() { sha256sum -- "$@" | sha256sum | cut -c1-32; }

# one_at_a_time NAME: two set-ups in one checkout wait for each other.
one_at_a_time() {
  mkdir -p var/setup
  exec 9>"var/setup/$1.lock"
  flock -n 9 && return
  say "đợi một lần cài đặt khác đang chạy ($1)" "waiting for another set-up that is running ($1)"
  flock -w 1200 9 || fail "Lần cài đặt kia vẫn giữ var/setup/$1.lock sau 20 phút; dừng nó (fuser var/setup/$1.lock) rồi chạy lại." \
    "The other set-up still holds var/setup/$1.lock after 20 minutes; stop it (fuser var/setup/$1.lock) and run again."
}

SETUP_LOGS="$PWD/var/setup"
