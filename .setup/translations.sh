#!/usr/bin/env bash
# Compiles the console's translations (.po → .mo) where the source is newer.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

one_at_a_time translations
while IFS= read -r -d '' po; do
  [ "${po%.po}.mo" -nt "$po" ] && continue
  quietly "$SETUP_LOGS/translations.log" .venv/bin/pybabel compile -i "$po" -o "${po%.po}.mo" ||
    fail "Bản dịch $po có lỗi, xem nhật ký trên." "The translation $po is faulty, see the log above."
done < <(find console -name '*.po' -not -path '*/node_modules/*' -print0)
