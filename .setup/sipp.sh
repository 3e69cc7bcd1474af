#!/usr/bin/env bash
# SIPp sends RFC 4733 keys through a raw socket. Root may do that; for anybody else a copy of sipp in the cache folder
# gets CAP_NET_RAW (never the system's own file).
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ "$(id -u)" != 0 ] || exit 0
original=$(command -v sipp) || exit 0
copy="$(cache_dir)/sipp/sipp"
if cmp -s "$original" "$copy" && getcap "$copy" 2>/dev/null | grep -q cap_net_raw; then exit 0; fi
mkdir -p "$(dirname "$copy")"
cp "$original" "$copy"
as_root setcap cap_net_raw+ep "$copy" || warn \
  "Chưa cấp được quyền gửi phím cho người gọi thử. Chạy: sudo setcap cap_net_raw+ep $copy" \
  "The test caller has no right to send keys. Run: sudo setcap cap_net_raw+ep $copy"
