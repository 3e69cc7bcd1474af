"""``tongdai flow`` as people type it: check, draw, switch."""

import os
import re
import shutil
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.city.city import load_city
from ivr.city.flow.draw import draw
from ivr.city.flow.nodes import NODE_TYPES
from ivr.city.flow.switches import (
    SwitchError,
    Thrown,
    find_thrown,
    get_stamp,
    is_on,
    read_switches,
    throw_switch,
)
from ivr.city.prompt_texts import read_prompt_texts
from ivr.commands.flow import check_cities, check_other_cities, check_switches
from ivr.settings import Settings

CONFIG = Path(__file__).resolve().parents[3] / "config"
AT = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TONGDAI_HOME", str(tmp_path))
    monkeypatch.setenv("TONGDAI_CONFIG", str(CONFIG))
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    return tmp_path


def test_check_says_of_every_city_that_it_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flow", "check"]) == 0
    assert re.findall(r"^(\S+): right, \d+ nodes$", capsys.readouterr().out, re.MULTILINE) == [
        "da-nang",
        "dong-thap",
        "hai-phong",
    ]


def test_check_of_one_city_tells_its_faults_and_fails(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = home / "config"
    shutil.copytree(CONFIG, config)
    menu = config / "cities" / "hai-phong" / "menu.toml"
    menu.write_text(
        menu.read_text(encoding="utf-8").replace('keys.1 = "tra-cuu"', 'keys.1 = "tra-cu"'), encoding="utf-8"
    )
    monkeypatch.setenv("TONGDAI_CONFIG", str(config))
    assert main(["flow", "check", "hai-phong"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        'hai-phong/menu.toml: node muc-khac, keys.1: there is no node "tra-cu"',
        "hai-phong/menu.toml: node tra-cuu: nobody reaches this node",
        "hai-phong/menu.toml: node khoa: nobody reaches this node",
    ]
    assert main(["flow", "check", "da-nang"]) == 0


def test_check_of_an_unknown_city_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flow", "check", "hue"]) == 1
    assert capsys.readouterr().err.startswith('tongdai: There is no city "hue"')


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("city_id", ["da-nang", "dong-thap", "hai-phong"])
def test_a_drawing_has_a_box_for_every_node_and_no_arrow_into_nothing(city_id: str, language: str) -> None:
    city = load_city(CONFIG, city_id)
    lines = draw(city, read_prompt_texts(CONFIG, city_id, []), language).splitlines()
    assert lines[0] == "flowchart TD"
    boxes = {match[1] for line in lines if (match := re.match(r"  (n_\w+)[\[({]", line))}
    assert boxes == {"n_" + name.replace("-", "_") for name in city.flow.nodes}
    arrows = [match for line in lines if (match := re.fullmatch(r'  (n_\w+) (?:-- "[^"<>]+" )?--> (n_\w+)', line))]
    assert {end for arrow in arrows for end in arrow.groups()} <= boxes
    assert len(lines) == 1 + len(boxes) + len(arrows) + 1


def test_a_brief_drawing_leads_only_further_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flow", "draw", "da-nang", "--brief"]) == 0
    drawn = capsys.readouterr().out
    assert 'n_menu -- "1" --> n_noi\n' in drawn
    assert 'n_menu -- "4" --> n_muc_khac\n' in drawn
    assert 'n_muc_khac -- "2" --> n_cham_thai_do\n' in drawn
    assert "n_noi --> n_lien_he\n" in drawn
    for gone in ("no key", "cancel", "silent", "refused", "--> n_chinh\n  n_menu", "n_khong_du_cho"):
        assert gone not in drawn


def test_draw_prints_keys_and_first_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flow", "draw", "hai-phong", "--language", "en"]) == 0
    drawn = capsys.readouterr().out
    assert 'n_menu -- "1, 2" --> n_noi\n' in drawn
    assert "<b>Menu</b><br/>For infrastructure, press 1. Economy or public…" in drawn
    assert 'n_noi -- "refused" --> n_tu_choi\n' in drawn
    assert 'n_dong_y -- "refused" --> n_khong_ghi_am\n' in drawn


def test_a_switch_is_off_until_thrown_and_stays_as_thrown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(home=home, config=CONFIG)
    assert main(["flow", "switch"]) == 0
    assert capsys.readouterr().out == "emergency: off\n"
    assert not is_on(settings, "emergency")
    assert main(["flow", "switch", "emergency", "on"]) == 0
    assert capsys.readouterr().out == "emergency: on\n"
    assert is_on(settings, "emergency")
    assert main(["flow", "switch", "emergency"]) == 0
    assert read_switches(settings) == {"emergency": True}
    throw_switch(settings, "emergency", False, AT)
    assert not is_on(settings, "emergency")
    assert find_thrown(settings) == []
    assert sorted(path.name for path in home.iterdir()) == [".switches.toml.lock", "switches.toml"]


def test_a_switch_no_menu_knows_is_refused_and_the_known_names_are_said(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["emergancy", "on"], ["emergancy"]):
        assert main(["flow", "switch", *arguments]) == 1
        said = capsys.readouterr()
        assert 'no menu has a switch "emergancy"' in said.err + said.out
        assert "emergency" in said.err + said.out
    assert not (home / "switches.toml").exists()


def test_the_emergency_switch_can_be_thrown_while_a_menu_has_faults(home: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    menu = config / "cities" / "da-nang" / "menu.toml"
    menu.write_text(
        menu.read_text(encoding="utf-8").replace('next = "tam-biet"', 'next = "khong-co"', 1), encoding="utf-8"
    )
    for other in ("dong-thap", "hai-phong"):
        shutil.rmtree(config / "cities" / other)
    settings = Settings(home=home, config=config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TONGDAI_CONFIG", str(config))
        assert main(["flow", "switch", "emergency", "on"]) == 0
    assert is_on(settings, "emergency")


def test_doctor_says_which_switches_are_on(home: Path) -> None:
    settings = Settings(home=home, config=CONFIG)
    assert [(finding.ok, finding.text) for finding in check_switches(settings)] == [(True, "none is on")]
    throw_switch(settings, "emergency", True, AT)
    assert [(finding.ok, finding.text) for finding in check_switches(settings)] == [
        (True, "emergency: on since 15:30 01/10/2026")
    ]
    throw_switch(settings, "emergancy", True, AT)  # by an older version, or by hand
    (finding,) = check_switches(settings)
    assert not finding.ok
    assert "emergancy" in finding.remedy
    assert "switches.toml" in finding.remedy


def test_since_when_a_switch_is_on_is_kept_also_beside_what_a_person_wrote(home: Path) -> None:
    settings = Settings(home=home, config=CONFIG)
    file = home / "switches.toml"
    file.write_text("storm = true\nemergency = false\n[since]\nemergency = 2026-01-01T00:00:00Z\n", encoding="utf-8")
    os.utime(file, (AT.timestamp(), AT.timestamp()))
    stamp = get_stamp(settings)
    assert find_thrown(settings) == [Thrown(name="storm", since=AT)]
    for minutes in (5, 9):  # thrown again it has been on all the time
        throw_switch(settings, "emergency", True, AT + timedelta(minutes=minutes))
    assert find_thrown(settings) == [
        Thrown(name="emergency", since=AT + timedelta(minutes=5)),
        Thrown(name="storm", since=AT),
    ]
    assert get_stamp(settings) not in {"", stamp}
    throw_switch(settings, "emergency", False, AT)
    throw_switch(settings, "emergency", True, AT + timedelta(days=1))
    assert find_thrown(settings)[0].since == AT + timedelta(days=1)
    assert read_switches(settings) == {"emergency": True, "storm": True}
    with pytest.raises(SwitchError, match="not the name"):
        throw_switch(settings, "since", True, AT)
    file.unlink()
    assert (get_stamp(settings), find_thrown(settings)) == ("", [])


def test_an_unreadable_switch_file_means_off_for_callers_and_an_error_for_people(home: Path) -> None:
    (home / "switches.toml").write_text("emergency: on\n")
    settings = Settings(home=home, config=CONFIG)
    assert not is_on(settings, "emergency")
    with pytest.raises(SwitchError, match=r"switches\.toml"):
        throw_switch(settings, "emergency", True, AT)
    assert (home / "switches.toml").read_text() == "emergency: on\n"


def test_a_switch_needs_a_plain_name(home: Path) -> None:
    with pytest.raises(SwitchError, match="not the name"):
        throw_switch(Settings(home=home, config=CONFIG), 'x = "\n', True, AT)


@pytest.mark.parametrize("name", sorted(NODE_TYPES))
def test_the_document_names_every_setting_of_a_node_type(name: str) -> None:
    document = (CONFIG.parent / "docs" / "menu.md").read_text(encoding="utf-8")
    row = next(line for line in document.splitlines() if line.startswith(f"| `{name}` |"))
    told = {(match[2], bool(match[1])) for match in re.finditer(r"(\[?)`(\w+)`?[^`,|]*", row.rsplit("|", 2)[1])}
    optional = {
        field.name: field.default is not MISSING or field.default_factory is not MISSING
        for field in fields(NODE_TYPES[name])
        if field.name != "id"
    }
    assert told == set(optional.items())


def test_dial_walks_the_city_asked_for_until_the_caller_hangs_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("9\n"))
    assert main(["flow", "dial", "hai-phong", "--number", ""]) == 0
    said = capsys.readouterr().out
    assert "Tổng đài 1022 Hải Phòng xin chào ông bà." in said
    assert "For infrastructure, press 1." in said
    assert "hung_up" in said


def test_doctor_finds_the_cities_and_their_faults(home: Path) -> None:
    settings = Settings(home=home, config=CONFIG)
    assert [(finding.ok, finding.text) for finding in check_cities(settings)] == [
        (True, "da-nang, dong-thap, hai-phong")
    ]
    elsewhere = settings.model_copy(update={"city": "hue"})
    assert [finding.text for finding in check_cities(elsewhere)] == ['there is no default city "hue"']
    shutil.copytree(CONFIG, home / "config")
    (home / "config" / "cities" / "da-nang" / "hours.toml").unlink()
    broken = settings.model_copy(update={"config": home / "config"})
    assert [finding.text for finding in check_cities(broken)] == ["da-nang/hours.toml: there is no such file"]
    assert check_other_cities(broken) == []
    other = broken.model_copy(update={"city": "hai-phong"})
    assert [(finding.ok, finding.text) for finding in check_cities(other)] == [(True, "dong-thap, hai-phong")]
    assert [finding.text for finding in check_other_cities(other)] == ["da-nang/hours.toml: there is no such file"]
