"""A city's lines are queues of Asterisk: their names, their members, and what a faulty file does."""

import re
from pathlib import Path

import pytest

from ivr.asterisk import render
from ivr.asterisk.queues import find_queues, member_of
from ivr.settings import Settings, load_settings
from ivr.watch.phones import find_phones


@pytest.fixture
def config(tmp_path: Path, base_settings: Settings) -> Path:
    """Two cities; of Asterisk's files the shipped ones."""
    for city, lines in (("du", '[lines]\nthu-tuc = "PJSIP/101&PJSIP/102"\n'), ("tho", "")):
        folder = tmp_path / "config" / "cities" / city
        folder.mkdir(parents=True)
        (folder / "city.toml").write_text(f'numbers = ["0236{len(city)}022"]\n{lines}')
    (tmp_path / "config" / "asterisk").symlink_to(base_settings.config / "asterisk")
    return tmp_path / "config"


def settings_of(config: Path, **given: object) -> Settings:
    return load_settings(home=config.parent / "home", config=config, city="du", **given)


def test_each_line_of_each_city_is_a_queue(config: Path) -> None:
    found = find_queues(settings_of(config, operator_phone="PJSIP/100"))
    assert [(queue.name, queue.members) for queue in found] == [
        ("du-operator", ("PJSIP/100",)),
        ("du-thu-tuc", ("PJSIP/101", "PJSIP/102")),
        ("tho-operator", ("PJSIP/100",)),
    ]


def test_a_city_says_which_telephones_ring_and_what_is_faulty_there_is_left_out(config: Path) -> None:
    (config / "cities" / "du" / "city.toml").write_text(
        '[lines]\nban = "PJSIP/1&PJSIP/2"\n[queues]\nban = { strategy = "linear" }\noperator = { strategy = "loud" }\n'
    )
    settings = settings_of(config, operator_phone="PJSIP/100")
    assert [(queue.name, queue.strategy) for queue in find_queues(settings)] == [
        ("du-operator", "ringall"),
        ("du-ban", "linear"),
        ("tho-operator", "ringall"),
    ]
    text = (render(settings) / "tongdai-queues.conf").read_text()
    assert re.findall(r"^strategy = (.*)$", text, re.MULTILINE) == ["ringall", "linear", "ringall"]


def test_the_telephones_of_lines_are_peoples_and_numbers_behind_a_trunk_are_the_trunks(config: Path) -> None:
    """Also where the rest of the city is faulty: its telephones ring all the same."""
    settings = settings_of(config, operator_phone="PJSIP/100&PJSIP/9@trunk&Local/1@out")
    assert find_phones(settings) == {"PJSIP/100", "PJSIP/101", "PJSIP/102"}


def test_without_a_telephone_the_queue_of_who_signs_in_is_there(config: Path) -> None:
    queues = {queue.name: queue.members for queue in find_queues(settings_of(config, operator_phone=""))}
    assert queues["du-operator"] == ()
    assert queues["du-thu-tuc"]


def test_a_number_behind_a_trunk_has_no_state_of_its_own_and_is_always_rung() -> None:
    assert member_of("PJSIP/02361234567@trunk") == "PJSIP/02361234567@trunk,0,,Custom:tongdai,yes"
    assert member_of("PJSIP/100") == "PJSIP/100"


@pytest.mark.parametrize(
    "text",
    [
        "lines = 3",
        "[lines",
        "[lines]\nthu-tuc = 101",
        '[lines]\nthu-tuc = "PJSIP/101)\\nmember => Local/1@out"',
        '[lines]\n"thu tuc]" = "PJSIP/101"',
    ],
)
def test_what_is_faulty_in_a_city_leaves_its_lines_out_and_breaks_no_file(config: Path, text: str) -> None:
    (config / "cities" / "du" / "city.toml").write_text(text)
    found = find_queues(settings_of(config, operator_phone="PJSIP/100"))
    assert [queue.name for queue in found] == ["du-operator", "tho-operator"]


def test_the_file_that_asterisk_reads(config: Path) -> None:
    (config / "cities" / "tho" / "city.toml").unlink()
    text = (render(settings_of(config, operator_phone="PJSIP/100&PJSIP/9@trunk")) / "tongdai-queues.conf").read_text()
    assert re.findall(r"^\[(.*)\]$", text, re.MULTILINE) == ["du-operator", "du-thu-tuc", "tho-operator"]
    assert re.findall(r"^member => (.*)$", text, re.MULTILINE) == [
        "PJSIP/100", "PJSIP/9@trunk,0,,Custom:tongdai,yes",
        "PJSIP/101", "PJSIP/102",
        "PJSIP/100", "PJSIP/9@trunk,0,,Custom:tongdai,yes",
    ]  # fmt: skip
