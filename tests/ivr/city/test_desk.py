"""The desk's file: what it gives, and what is said of its faults."""

from datetime import timedelta
from pathlib import Path

import pytest

from ivr.callcentre.operators import Pause, Rules
from ivr.city.desk import Desk, load_desk, read_desk
from ivr.settings.faults import Fault

GOOD = """\
browser = true
wrap_up = 45
[telephones.ban-1]
name = { vi = "Bàn 1", en = "Desk 1" }
interface = "PJSIP/101"
[pauses.giai-lao]
name = { vi = "Giải lao", en = "Break" }
minutes = 15
[pauses.hop]
name = { vi = "Họp", en = "Meeting" }
"""


def read(folder: Path, text: str) -> tuple[Desk, list[str]]:
    (folder / "desk.toml").write_text(text, encoding="utf-8")
    faults: list[Fault] = []
    desk = read_desk(folder, faults)
    return desk, [f"{fault.setting}: {fault.text}" for fault in faults]


def test_what_a_file_gives(tmp_path: Path) -> None:
    desk, faults = read(tmp_path, GOOD)
    assert faults == []
    assert desk.browser
    assert desk.rules == Rules(wrap_up=timedelta(seconds=45))
    assert desk.telephones["ban-1"].interface == "PJSIP/101"
    assert desk.pause("giai-lao") == Pause(reason="giai-lao", limit=timedelta(minutes=15))
    assert desk.pause("hop") == Pause(reason="hop")
    assert desk.pause("khac") is None
    assert (desk.reason("hop", "en"), desk.reason("khac", "vi")) == ("Meeting", "khac")
    assert (desk.telephone("PJSIP/101", "vi"), desk.telephone("PJSIP/9", "vi")) == ("Bàn 1", "PJSIP/9")


def test_no_file_is_an_empty_desk(tmp_path: Path) -> None:
    assert load_desk(tmp_path) == Desk()


def test_the_shipped_file_has_no_fault() -> None:
    faults: list[Fault] = []
    assert read_desk(Path("config"), faults).telephones
    assert faults == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[telephones.two]\nname = { vi = "a", en = "b" }\ninterface = "PJSIP/101"', "telephones.two.interface"),
        ('[telephones.two]\nname = { vi = "a", en = "b" }\ninterface = "PJSIP/1&PJSIP/2"', "telephones.two.interface"),
        ('[telephones.two]\nname = { vi = "a", en = "b" }\ninterface = "PJSIP/1,tT"', "telephones.two.interface"),
        ('[telephones.two]\nname = { vi = "a" }\ninterface = "PJSIP/1"', "telephones.two.name.en"),
        ('[telephones."Bàn 2"]\nname = { vi = "a", en = "b" }\ninterface = "PJSIP/1"', "telephones.Bàn 2"),
        ('[pauses.x]\nname = { vi = "a", en = "b" }\nminutes = 0', "pauses.x.minutes"),
        ('[pauses.vao-ca]\nname = { vi = "a", en = "b" }', "pauses.vao-ca"),
        ("[rest]\nx = 1", "rest"),
    ],
)
def test_a_fault_is_named_and_takes_nothing_else_away(tmp_path: Path, more: str, said: str) -> None:
    desk, faults = read(tmp_path, GOOD + more)
    assert [fault.partition(":")[0] for fault in faults] == [said]
    assert set(desk.telephones) == {"ban-1"}
    assert set(desk.pauses) == {"giai-lao", "hop"}


def test_what_is_no_table_is_a_fault(tmp_path: Path) -> None:
    for text in ("telephones = 5", "pauses = 5", "wrap_up = -1", "telephones = "):
        _, faults = read(tmp_path, text)
        assert len(faults) == 1
