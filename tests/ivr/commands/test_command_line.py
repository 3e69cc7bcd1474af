"""What the command line says to people: in their language, with what to do, and never a traceback."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.model.civil import ZONE

CONFIG = Path(__file__).resolve().parents[3] / "config"


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_HOME", str(tmp_path))
    monkeypatch.setenv("TONGDAI_CONFIG", str(CONFIG))
    monkeypatch.setenv("TONGDAI_LANGUAGE", "vi")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ([], "thiếu: LỆNH"),
        (["flow", "switch", "emergency", "maybe"], "không có 'maybe' (chọn một trong: "),
        (["flow", "draw"], "thiếu: "),
        (["reconcile", "--sinse", "today"], "không có tùy chọn hay tham số này: --sinse"),
        (["reconcile", "--since"], "cần một giá trị"),
        (["reconcile", "--since", "ngày kia"], "“ngày kia” không phải là ngày giờ. Ví dụ: "),
        (["reconcile", "--since", "0001-01-01"], "“0001-01-01” không phải là ngày giờ. Ví dụ: "),
    ],
)
def test_a_mistake_is_explained_in_vietnamese(typed: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(typed)
    error = capsys.readouterr().err
    assert said in error
    assert "cách dùng: tongdai" in error
    assert ": lỗi: " in error
    for english in ("usage", "error", "invalid", "required", "expected", "argument"):
        assert english not in error.lower()


def test_help_is_vietnamese(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["reconcile", "--help"])
    shown = capsys.readouterr().out
    assert "tùy chọn:" in shown
    assert "in phần trợ giúp này rồi thoát" in shown
    for english in ("usage", "options:", "show this"):
        assert english not in shown


@pytest.mark.parametrize(
    "typed", ["yesterday", "hôm qua", "today", "2026-01-31", "2026-01-31T07:30", "2026-01-31T07:30+07:00"]
)
def test_since_takes_dates_and_yesterday(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "migrate"]) == 0
    assert main(["reconcile", "--since", typed, "--json"]) == 0
    midnight = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = {
        "yesterday": midnight - timedelta(days=1),
        "hôm qua": midnight - timedelta(days=1),
        "today": midnight,
        "2026-01-31": datetime(2026, 1, 31, tzinfo=ZONE),
    }.get(typed, datetime(2026, 1, 31, 7, 30, tzinfo=ZONE))
    assert f'"since": "{wanted.isoformat()}"' in capsys.readouterr().out


@pytest.mark.parametrize("home", ["/proc/x", "/dev/null/home"])
@pytest.mark.parametrize(
    "typed", [["run"], ["db", "migrate"], ["doctor"], ["flow", "switch", "emergency", "on"], ["reconcile"]]
)
def test_a_home_that_cannot_be_is_told_in_a_line(
    home: str, typed: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TONGDAI_HOME", home)
    assert main(typed) == 1
    said = capsys.readouterr()
    assert home in said.err + said.out
    assert "Traceback" not in said.err
