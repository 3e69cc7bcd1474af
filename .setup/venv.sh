#!/usr/bin/env bash
# The virtual environment .venv from pinned constraints: `venv.sh run` what the hotline needs, `venv.sh dev` with tests.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

extra=${1:-run}
one_at_a_time venv
stamp=.venv/.tongdai-$extra
now="$(checksum pyproject.toml constraints.txt) $PWD"
current() { [ -x .venv/bin/tongdai ] && [ -f "$1" ] && [ "$(cat "$1")" = "$now" ]; }
if current "$stamp" || { [ "$extra" = run ] && current .venv/.tongdai-dev; }; then exit 0; fi

if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' 2>/dev/null; then
  python=$(.setup/python.sh)
  say "tạo .venv bằng $python" "making .venv with $python"
  quietly "$SETUP_LOGS/venv.log" "$python" -m venv .venv ||
    fail "Không tạo được .venv. Hãy chạy: sudo apt-get install python3-venv" ".venv could not be made. Run: sudo apt-get install python3-venv"
fi
say "cài thư viện Python theo constraints.txt (lần đầu mất vài phút)" \
  "installing Python packages pinned by constraints.txt (the first time takes minutes)"
case "$extra" in dev) target='.[dev]' ;; *) target='.' ;; esac
quietly "$SETUP_LOGS/pip.log" .venv/bin/python -m pip install --disable-pip-version-check -q -c constraints.txt -e "$target" ||
  fail "Không cài được thư viện Python: kho gói không trả lời hoặc thiếu gói. Xem nhật ký trên, kiểm tra mạng rồi chạy lại." \
    "Python packages could not be installed: the registry does not answer or lacks one. See the log above, check the network, run again."
printf '%s' "$now" >"$stamp"
