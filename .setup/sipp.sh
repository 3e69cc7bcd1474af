#!/usr/bin/env bash
# SIPp sends RFC 4733 keys through a raw socket. Root may do that; for any other user a copy of sipp in the cache folder
# gets CAP_NET_RAW (never the system's own file). A copy that stands in its place has the right.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ "$(id -u)" != 0 ] || exit 0
original=$(command -v sipp) || exit 0 # system.sh has said that it is missing
copy="$(cache_dir)/sipp/sipp"
one_at_a_time sipp
if cmp -s "$original" "$copy" && getcap "$copy" | grep -q cap_net_raw; then exit 0; fi
mkdir -p "$(dirname "$copy")"
new="$copy.$$" # a copy that a running test holds is replaced, not written to
trap 'rm -f "$new"' EXIT
cp "$original" "$new"
say "cấp cho bản sao của sipp quyền gửi phím: $copy" "giving the copy of sipp the right to send keys: $copy"
if as_root setcap cap_net_raw+ep "$new"; then
  mv -f "$new" "$copy"
  exit 0
fi
in_ci && fail "Không cấp được quyền gửi phím cho người gọi thử: cần sudo để chạy setcap." \
  "The test caller could not get the right to send keys: setcap needs sudo."
warn "Chưa cấp được quyền gửi phím cho người gọi thử. Chạy: sudo -v && .setup/sipp.sh" \
  "The test caller has no right to send keys. Run: sudo -v && .setup/sipp.sh"
