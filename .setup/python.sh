#!/usr/bin/env bash
# Prints a Python ≥ 3.11 that can make a virtual environment: TONGDAI_PYTHON, else the newest on PATH.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for name in ${TONGDAI_PYTHON:-} python3 python3.13 python3.12 python3.11; do
  path=$(command -v "$name" 2>/dev/null) || continue
  "$path" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
  printf '%s\n' "$path"
  exit 0
done
fail "Cần Python 3.11 trở lên có venv. Hãy chạy: sudo apt-get install python3 python3-venv (Debian 12), hoặc đặt TONGDAI_PYTHON." \
  "Python 3.11 or newer with venv is needed. Run: sudo apt-get install python3 python3-venv (Debian 12), or set TONGDAI_PYTHON."
