#!/usr/bin/env bash
# A private Asterisk without touching the system: Debian sid's packages unpacked by mmdebstrap into the cache folder.
# `asterisk.sh` keeps a good root that is there, `asterisk.sh refresh` fetches a newer one; the last good root stays
# until a newer one has passed its smoke test. An installed Asterisk ≥ 18, or TONGDAI_ASTROOT, is used instead.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

LEAST=18
cache="$(cache_dir)/asterisk"

major() { sed -nE 's/^Asterisk (GIT-)?([0-9]+).*/\2/p' | head -n 1; }

# words_of ROOT: fills $words with the command line of that root's asterisk: its own loader, its own libraries.
words_of() {
  local root=$1 loader libraries
  loader=$(find "$root/usr/lib64" "$root/usr/lib" -maxdepth 2 -name 'ld-linux-*.so.*' 2>/dev/null | head -n 1)
  libraries=$(find "$root/usr/lib" -maxdepth 1 -name '*-linux-gnu*' 2>/dev/null | head -n 1)
  words=("$loader" --library-path "$libraries:$root/usr/lib" "$root/usr/sbin/asterisk")
}

good_version() { # ROOT → its version line, 1 when it does not run or is too old
  local line words
  words_of "$1"
  line=$("${words[@]}" -V 2>/dev/null) || return 1
  [ "$(printf '%s\n' "$line" | major)" -ge "$LEAST" ] 2>/dev/null || return 1
  printf '%s\n' "$line"
}

# The mirror that apt itself is configured with, from deb822 (.sources) or one-line (.list) files; never written down here.
mirror() {
  local from uri
  while read -r from; do
    case "$from" in
      *.sources) uri=$(awk 'tolower($1)=="enabled:" && tolower($2)=="no"{off=1}
                            tolower($1)=="uris:"{u=$2}
                            /^[ \t]*$/{if(u!="" && !off)print u; u="";off=0}
                            END{if(u!="" && !off)print u}' "$from") ;;
      *) uri=$(sed -nE 's/^[ \t]*deb[ \t]+(\[[^]]*\][ \t]+)?([^ \t]+).*/\2/p' "$from") ;;
    esac
    printf '%s\n' "$uri"
  done < <(find /etc/apt/sources.list /etc/apt/sources.list.d -type f \( -name '*.list' -o -name '*.sources' \) 2>/dev/null | sort) |
    grep -E '/debian/?$' | head -n 1
}

# smoke ROOT: it boots on a small configuration, takes a SIP call and records all of it, though the caller's stream
# changes in the middle (an Asterisk that loses the rest loses half of a citizen's report), and stops.
smoke() {
  local root=$1 home modules pid port size=0 status=1 try words python=${TONGDAI_PYTHON:-python3}
  home=$(mktemp -d /tmp/tongdai-smoke.XXXXXX)
  modules=$(dirname "$(find "$root/usr/lib" -path '*/asterisk/modules/pbx_config.so' | head -n 1)")
  port=$("$python" -c 'import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  mkdir -p "$home"/{etc,lib,run,log,spool,data}
  ln -s "$root"/usr/share/asterisk/* "$home/data/"
  printf '[directories]\nastetcdir=%s/etc\nastmoddir=%s\nastvarlibdir=%s/lib\nastdbdir=%s/lib\nastkeydir=%s/lib\nastdatadir=%s/data\nastspooldir=%s/spool\nastrundir=%s/run\nastlogdir=%s/log\n' \
    "$home" "$modules" "$home" "$home" "$home" "$home" "$home" "$home" "$home" >"$home/etc/asterisk.conf"
  printf '[modules]\nautoload=no\n' >"$home/etc/modules.conf"
  printf 'load=%s.so\n' pbx_config app_record res_sorcery_astdb res_timing_timerfd codec_alaw codec_ulaw codec_resample format_pcm format_wav \
    res_rtp_asterisk res_sorcery_config res_sorcery_memory res_pjproject res_pjsip res_pjsip_endpoint_identifier_ip \
    res_pjsip_session res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_pubsub res_pjsip_nat chan_pjsip >>"$home/etc/modules.conf"
  touch "$home"/etc/{acl,ccss,cdr,cel,features,indications,logger,stasis,udptl}.conf # without them it complains
  printf '[startup]\ntype=startup\nlog_level=0\n' >"$home/etc/pjproject.conf"
  printf '[smoke]\nexten=>s,1,Answer()\n same=>n,Record(%s/spoken.alaw,0,20,kq)\n' "$home" >"$home/etc/extensions.conf"
  printf '[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:%s\n[smoke]\ntype=endpoint\ncontext=smoke\ntransport=udp\ndisallow=all\nallow=alaw\n[smoke]\ntype=identify\nendpoint=smoke\nmatch=127.0.0.1\n' \
    "$port" >"$home/etc/pjsip.conf"
  words_of "$root"
  words+=(-C "$home/etc/asterisk.conf")
  "${words[@]}" -f -n >"$home/out" 2>&1 </dev/null 9>&- & # 9: the lock is not its to hold
  pid=$!
  for try in $(seq 300); do
    "${words[@]}" -rx 'core waitfullybooted' >/dev/null 2>&1 && break
    sleep 0.1
  done
  "$python" .setup/smoke_call.py "$port" >>"$home/out" 2>&1 || true
  for try in $(seq 100); do
    size=$(stat -c %s "$home/spoken.alaw" 2>/dev/null || echo 0)
    [ "$size" -ge 14000 ] && { status=0; break; } # 1.75 of the 2 seconds that were sent
    sleep 0.1
  done
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  [ "$status" = 0 ] || { tail -n 5 "$home/out"; echo "recorded: $size of 16000 bytes"; } >&2
  rm -rf "$home"
  return "$status"
}

unpack() { # MIRROR FOLDER: Debian sid's asterisk with all its libraries, no maintainer script run
  local mode=()
  [ "$(id -u)" = 0 ] || mode=(--mode=fakechroot)
  quietly "$SETUP_LOGS/mmdebstrap.log" mmdebstrap "${mode[@]}" --variant=extract \
    --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
    --include=asterisk sid "$2" "$1"
}

if [ -n "${TONGDAI_ASTROOT:-}" ]; then
  version=$(good_version "$TONGDAI_ASTROOT") || fail \
    "TONGDAI_ASTROOT=$TONGDAI_ASTROOT không chứa Asterisk chạy được (≥ $LEAST). Sửa hoặc bỏ biến này." \
    "TONGDAI_ASTROOT=$TONGDAI_ASTROOT holds no Asterisk that runs (≥ $LEAST). Mend or unset it."
  say "Asterisk: $version ($TONGDAI_ASTROOT)" "Asterisk: $version ($TONGDAI_ASTROOT)"
  exit 0
fi
if installed=$(asterisk -V 2>/dev/null) && [ "$(printf '%s\n' "$installed" | major)" -ge "$LEAST" ]; then
  say "Asterisk: $installed (của máy)" "Asterisk: $installed (installed)"
  exit 0
fi

one_at_a_time asterisk
mkdir -p "$cache"
if [ "${1:-}" != refresh ] && good_version "$cache/current" >/dev/null; then exit 0; fi

from=${TONGDAI_DEBIAN_MIRROR:-$(mirror)}
again="chạy lại make asterisk" again_en="run make asterisk again"
keep_or_fail() { # VI EN: with a good root the failure is a remark, without one the end
  if good_version "$cache/current" >/dev/null; then warn "$1 Giữ bản đang có." "$2 The present one is kept."; exit 0; fi
  fail "$1" "$2"
}
[ -n "$from" ] || keep_or_fail \
  "Không thấy kho Debian trong cấu hình apt. Đặt TONGDAI_DEBIAN_MIRROR (địa chỉ một kho Debian) hoặc cài asterisk ≥ $LEAST, rồi $again." \
  "No Debian archive in apt's configuration. Set TONGDAI_DEBIAN_MIRROR (an archive's address) or install asterisk ≥ $LEAST, then $again_en."
say "tải Asterisk riêng vào $cache (khoảng 290 MB, nửa phút)" "fetching a private Asterisk into $cache (about 290 MB, half a minute)"
new="$cache/new.$$"
trap 'rm -rf "$new"' EXIT
unpack "$from" "$new" || keep_or_fail \
  "Không tải được Asterisk từ kho Debian (sid). Kiểm tra mạng, cài asterisk ≥ $LEAST hoặc đặt TONGDAI_ASTROOT, rồi $again." \
  "Asterisk could not be fetched from the Debian archive (sid). Check the network, install asterisk ≥ $LEAST or set TONGDAI_ASTROOT, then $again_en."
version=$(good_version "$new") && smoke "$new" || keep_or_fail \
  "Asterisk vừa tải không chạy được. Đặt TONGDAI_ASTROOT tới một bản tốt, hoặc đợi kho Debian sửa, rồi $again." \
  "The Asterisk just fetched does not run. Point TONGDAI_ASTROOT at a good one, or wait for the archive to mend it, then $again_en."
name="root-$(printf '%s' "${version#Asterisk }" | tr -c 'A-Za-z0-9.\n' '-')"
old=$(readlink "$cache/current" 2>/dev/null || true)
if [ "$old" = "$name" ]; then
  say "Asterisk: $version (vẫn là bản mới nhất)" "Asterisk: $version (still the newest)"
  exit 0
fi
rm -rf "${cache:?}/$name"
mv "$new" "$cache/$name"
ln -sfn "$name" "$cache/current.new" && mv -T "$cache/current.new" "$cache/current"
find "$cache" -maxdepth 1 -name 'root-*' ! -name "$name" ! -name "${old:-none}" -exec rm -rf {} +
say "Asterisk: $version" "Asterisk: $version"
