"""The three cities that ship: free of faults, and what their official letters and DOMAIN §3 promise."""

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ivr.city.city import City, CityUnknown, check_together, load_city, read_city
from ivr.city.flow.nodes import (
    Announcements,
    Callback,
    Consent,
    Hours,
    Language,
    Lookup,
    Menu,
    Node,
    Record,
    Ring,
    Status,
    Switch,
)
from ivr.city.prompt_texts import read_prompt_texts
from ivr.model.tickets import Kind
from ivr.settings.files import find_cities

ROOT = Path(__file__).resolve().parents[3]
CONFIG = ROOT / "config"
CITIES = ["da-nang", "dong-thap", "hai-phong"]


@pytest.fixture(scope="module", params=CITIES)
def city(request: pytest.FixtureRequest) -> City:
    return load_city(CONFIG, request.param)


def _node(city: City, name: str, *keys: str) -> Node:
    """Where keys lead from a menu."""
    node = city.flow.nodes[name]
    for key in keys:
        assert isinstance(node, Menu)
        node = city.flow.nodes[node.keys[key].goto]
    return node


def test_the_three_cities_are_there_and_claim_nothing_of_each_other() -> None:
    assert find_cities(CONFIG) == CITIES
    assert check_together([load_city(CONFIG, name) for name in CITIES]) == []


@pytest.mark.parametrize("name", CITIES)
def test_every_city_passes_the_check_without_a_warning(name: str) -> None:
    assert read_city(CONFIG, name)[1] == []


def test_an_unknown_city_is_told_with_the_known_ones() -> None:
    with pytest.raises(CityUnknown, match="da-nang, dong-thap, hai-phong"):
        load_city(CONFIG, "hue")


def test_two_cities_with_one_number_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    da_nang = load_city(CONFIG, "da-nang")
    faults = [str(fault) for fault in check_together([da_nang, da_nang])]
    assert faults == []  # a city does not conflict with itself
    faults = [str(fault) for fault in check_together([da_nang, replace(da_nang, id="khac")])]
    assert faults == [
        'khac/city.toml: prefix: "DN" already belongs to da-nang',
        'khac/city.toml: numbers: "1022" already belongs to da-nang',
        'khac/city.toml: numbers: "02361022" already belongs to da-nang',
    ]


def test_in_every_city_a_person_a_language_rights_and_the_recorder_are_one_key_away(city: City) -> None:
    assert isinstance(_node(city, "menu", "0"), Hours)
    assert isinstance(_node(city, "menu", "9"), Language)
    rights = _node(city, "menu", "7")
    assert isinstance(rights, Menu)
    assert rights.prompts[0] == "quyen"
    assert sum(isinstance(node, Announcements) for node in city.flow.nodes.values()) == 1
    menu = city.flow.nodes["menu"]
    assert isinstance(menu, Menu)
    after = city.flow.nodes[menu.give_up]
    while not isinstance(after, Record):
        after = city.flow.nodes[after.next]  # type: ignore[union-attr]  # only nodes with a next lie between
    assert after.set.kind is None  # silence settles nothing


def test_in_every_city_one_switch_puts_the_emergency_menu_first(city: City) -> None:
    switch = city.flow.nodes["chinh"]
    assert switch == Switch(id="chinh", switch="emergency", on="khan-cap", off="menu")
    rescue = _node(city, "khan-cap", "1")
    assert isinstance(rescue, Record)
    assert (rescue.set.kind, rescue.set.urgent) == (Kind.CUU_NAN, True)
    assert isinstance(_node(city, "khan-cap", "0"), Ring), "in a disaster a person is rung at any hour"


def test_nobody_who_declines_recording_is_left_without_a_person(city: City) -> None:
    recorders = [node for node in city.flow.nodes.values() if isinstance(node, Record)]
    assert len(recorders) >= 4
    for recorder in recorders:
        person = city.flow.nodes[recorder.refused]
        if isinstance(person, Hours):
            assert isinstance(city.flow.nodes[person.closed], Menu), "a call-back is offered after hours"
            person = city.flow.nodes[person.open]
        assert isinstance(person, Ring)


def test_who_refused_is_asked_before_a_message_is_recorded(city: City) -> None:
    (question,) = (node for node in city.flow.nodes.values() if isinstance(node, Consent))
    assert isinstance(city.flow.nodes[question.next], Record)
    offered = city.flow.nodes[question.refused]
    assert isinstance(offered, Menu)
    assert isinstance(city.flow.nodes[offered.keys["2"].goto], Callback)


def test_da_nang_has_the_whole_menu() -> None:
    city = load_city(CONFIG, "da-nang")
    main = city.flow.nodes["menu"]
    assert isinstance(main, Menu)
    assert set(main.keys) == set("0123479")
    assert isinstance(_node(city, "menu", "1"), Record)
    assert main.keys["1"].set.category is None, "the subject is not the caller's work"
    assert isinstance(_node(city, "menu", "2"), Status)
    assert isinstance(_node(city, "menu", "3"), Hours)
    for list_name, key, kind in (
        ("muc-khac", "1", Kind.GOP_Y),
        ("cham-thai-do", "1", Kind.CHAM_GIAI_QUYET),
        ("cham-thai-do", "2", Kind.THAI_DO),
        ("thong-tin", "6", Kind.DAT_LICH),
    ):
        choices = city.flow.nodes[list_name]
        assert isinstance(choices, Menu)
        assert choices.keys[key].set.kind == kind
    assert _node(city, "menu", "4", "4") is _node(city, "menu", "7")
    assert isinstance(_node(city, "menu", "4", "3", "5"), Announcements)
    for key, source in (("1", "xe-buyt"), ("2", "gia-dat"), ("3", "thua-dat"), ("4", "tiem-chung")):
        node = _node(city, "menu", "4", "3", key)
        assert isinstance(node, Lookup)
        assert node.source == source
        assert all("mẫu" in text.vi and "ample" in text.en for text in city.lookups[source].entries.values())
    procedures = city.flow.nodes["noi-thu-tuc"]
    assert isinstance(procedures, Ring)
    assert procedures.wait == 45


def test_da_nang_deadlines_come_from_their_decision() -> None:
    city = load_city(CONFIG, "da-nang")
    trees = city.find_category("cay-xanh")
    assert trees is not None
    assert (trees.hours, trees.urgent_hours, trees.decision) == (24, 8, "960/QĐ-UBND")
    ideas = city.find_category("gop-y")
    assert ideas is not None
    assert ideas.hours is None
    assert city.find_category(None) is None


def test_hai_phong_has_its_four_subjects() -> None:
    city = load_city(CONFIG, "hai-phong")
    main = city.flow.nodes["menu"]
    assert isinstance(main, Menu)
    subjects = [main.keys[key].set for key in "1234"]
    assert [subject.category for subject in subjects] == [
        "ha-tang",
        "kinh-te-xa-hoi-an-ninh",
        "hien-ke",
        "cham-chi-dao",
    ]
    assert set(main.keys) == set("01234579")
    assert isinstance(_node(city, "menu", "5", "1"), Status)
    ideas, late = city.categories["hien-ke"], city.categories["cham-chi-dao"]
    assert ideas.hours is None
    assert late.agency == "van-phong"
    assert city.numbers == ("02251022",)
    texts = read_prompt_texts(CONFIG, "hai-phong", [])
    assert "văn bản hoặc chỉ đạo nào" in texts["noi-cham"].vi


def test_dong_thap_lists_the_55_bodies_in_5_groups() -> None:
    city = load_city(CONFIG, "dong-thap")
    groups: dict[str, int] = {}
    for agency in city.agencies.values():
        groups[agency.group] = groups.get(agency.group, 0) + 1
    assert groups == {
        "so-nganh": 18,
        "hanh-chinh-su-nghiep": 11,
        "nganh-doc": 9,
        "ubnd-huyen": 12,
        "doanh-nghiep": 5,
    }


def test_dong_thap_asks_for_the_group_and_records_at_key_4() -> None:
    city = load_city(CONFIG, "dong-thap")
    groups = _node(city, "menu", "1")
    assert isinstance(groups, Menu)
    assert set(groups.keys) == set("0123459")
    assert isinstance(_node(city, "menu", "2"), Status)
    assert isinstance(_node(city, "menu", "3"), Lookup)
    assert isinstance(_node(city, "menu", "4"), Record)


def test_announcements_in_force_come_newest_first() -> None:
    city = load_city(CONFIG, "da-nang")
    assert [announcement.id for announcement in city.announcements_on(date(2026, 11, 1))] == [
        "mau-mua-bao",
        "mau-gioi-thieu",
    ]
    assert [announcement.id for announcement in city.announcements_on(date(2026, 2, 1))] == ["mau-gioi-thieu"]
    assert city.announcements_on(date(2028, 1, 1)) == ()
    assert city.announcements[0].sound == "thong-bao.mau-mua-bao"


def test_every_prompt_the_engine_says_by_itself_has_a_text_in_every_city(city: City) -> None:
    texts = read_prompt_texts(CONFIG, city.id, [])
    said = {
        argument.value
        for path in (ROOT / "ivr" / "engine").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "prompts"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert len(said) > 20, "the engine names its prompts otherwise: this test finds none"
    assert sorted(prompt for prompt in said if not (texts.get(prompt) and texts[prompt].vi and texts[prompt].en)) == []
