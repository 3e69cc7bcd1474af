"""The names that server and dialplan share are the same in the module, the template and the document."""

import re
from pathlib import Path

from ivr.asterisk import variables

ROOT = Path(__file__).resolve().parents[3]
OURS = {value for name, value in vars(variables).items() if name.isupper() and str(value).startswith("TONGDAI_")}
SERVER_ALONE = {variables.KEYS}
FALLBACK_ALONE = {
    variables.ASKED,
    variables.TRIES,
    variables.ENTERED,
    variables.PLACE,
    variables.SOUNDS,
    variables.FILE,
    variables.ENDING,
    variables.NUMBER,
}


def names_in(path: str) -> set[str]:
    return set(re.findall(r"TONGDAI_[A-Z]+\b", (ROOT / path).read_text(encoding="utf-8")))


def test_the_dialplan_uses_exactly_these_names() -> None:
    assert names_in("config/asterisk/tongdai-dialplan.conf") == OURS - SERVER_ALONE


def test_the_document_explains_each_name_that_both_sides_use() -> None:
    rows = set(re.findall(r"^\| `([A-Z_()a-z]+)` \|", (ROOT / "docs/asterisk.md").read_text(encoding="utf-8"), re.M))
    assert rows == OURS - SERVER_ALONE - FALLBACK_ALONE | {variables.LIMIT}


def test_no_other_module_spells_a_name_out() -> None:
    spelled_out = re.compile(rf"""["'{{]({"|".join(OURS)})\b""")
    modules = [path for path in (ROOT / "ivr" / "asterisk").glob("*.py") if path.name != "variables.py"]
    assert len(modules) > 8
    assert not [path.name for path in modules if spelled_out.search(path.read_text(encoding="utf-8"))]
