#!/usr/bin/env bash
# The browser assets of the console: npm packages pinned by package-lock.json, built once by esbuild.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

web=console/web built=console/static/dist
one_at_a_time web
mapfile -t sources < <(find "$web" -path "$web/node_modules" -prune -o -type f -print | LC_ALL=C sort)
now=$(checksum "${sources[@]}")
stamp=$built/.tongdai
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ] && exit 0

locked=$(checksum "$web/package.json" "$web/package-lock.json")
lock_stamp=$web/node_modules/.tongdai
if ! [ -f "$lock_stamp" ] || [ "$(cat "$lock_stamp")" != "$locked" ]; then
  say "tải thư viện trình duyệt bằng npm" "fetching browser packages with npm"
  quietly "$SETUP_LOGS/npm-ci.log" npm --prefix "$web" ci --no-audit --no-fund ||
    fail "npm không tải được thư viện trình duyệt. Kiểm tra mạng hoặc kho gói npm, rồi chạy lại: make web" \
      "npm could not fetch the browser packages. Check the network or the npm registry, then run again: make web"
  printf '%s' "$locked" >"$lock_stamp"
fi
say "đóng gói giao diện trình duyệt" "building the browser assets"
quietly "$SETUP_LOGS/npm-build.log" npm --prefix "$web" run build ||
  fail "Không đóng gói được giao diện trình duyệt, xem nhật ký trên." "The browser assets could not be built, see the log above."
mkdir -p "$built"
printf '%s' "$now" >"$stamp"
