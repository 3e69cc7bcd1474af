"""How long callers of a small menu wait, counted by hand beside what the walk says."""

from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest

from ivr.city.flow.nodes import (
    Bye,
    Choice,
    Contact,
    Flow,
    Hours,
    Language,
    Menu,
    Node,
    Publish,
    Receipt,
    Record,
    Ring,
    Say,
    Switch,
)
from ivr.city.seconds.callers import Pauses
from ivr.city.seconds.figures import Figure, measure
from ivr.city.seconds.limits import Way
from ivr.prompts import Catalogue
from ivr.prompts.texts import Text
from ivr.speech import PAUSE, vocabulary
from ivr.speech import Language as Spoken

LIST = "Phản ánh, nhấn phím một. Tra cứu, phím hai. Gặp người trực, phím không."
ENGLISH = "To report, press one. To ask, press two. A person, press zero."
PROMPTS: dict[str, tuple[float, float, str, str]] = {
    "chao": (3.0, 3.5, "Tổng đài xin chào.", "Welcome."),
    "tieng-anh": (1.5, 1.5, "For English, press nine.", "Tiếng Việt, nhấn phím chín."),
    "ghi-am": (2.5, 2.0, "Cuộc gọi được ghi âm.", "Calls are recorded."),
    "khan": (4.0, 4.0, "Khẩn cấp, gọi một một hai.", "In an emergency, call one one two."),
    "menu": (8.0, 9.0, LIST, ENGLISH),
    "moi-noi": (2.0, 2.0, "Xin mời nói.", "Please speak."),
    "noi": (7.0, 7.0, "Sau tiếng bíp, xin nói. Xong, nhấn phím một.", "Speak after the beep. Then press one."),
    "ghi-am-ngan": (1.6, 1.4, "Cuộc gọi được ghi âm.", "This call is recorded."),
    "noi-tiep": (5.5, 5.5, "Xin nói tiếp.", "Please go on."),
    "lien-he": (6.0, 6.0, "Kết quả sẽ báo về số này.", "We will answer this number."),
    "cong-khai": (5.0, 5.0, "Công khai nội dung?", "May it be published?"),
    "ma": (3.3, 3.3, "Đã ghi nhận.", "Filed."),
    "ma-la": (1.2, 1.2, "Mã là", "The code is"),
    "nhac-lai": (1.0, 1.0, "Nhắc lại", "Again"),
    "chua-nghe": (1.5, 1.5, "Chưa nghe rõ.", "We heard no key."),
}
"""Seconds and what is read: Vietnamese, English."""
CODE = 9 * 0.4 + 3 * 0.3
PAUSES = Pauses(key=5.0, silence=8.0)
RECEIPT = 3.3 + 2.1 + 1.2 + CODE + 1.0 + CODE


def catalogue(**changed: float) -> Catalogue:
    """Every prompt above, built; ``changed`` are lengths of Vietnamese ones."""
    own: dict[tuple[str, Spoken], Text] = {}
    lengths: dict[str, float] = {}
    for name, (vi, en, said_vi, said_en) in PROMPTS.items():
        own[name, "vi"] = Text(id=name, language="vi", text=said_vi, spoken=said_vi, voice="vi")
        own[name, "en"] = Text(id=name, language="en", text=said_en, spoken=said_en, voice="en")
        lengths |= {f"x/vi/{name}": changed.get(name.replace("-", "_"), vi), f"x/en/{name}": en}
    words = {f"{spoken}/words/{word.id}": 0.4 for spoken in ("vi", "en") for word in vocabulary(spoken)}
    pauses = {f"{spoken}/words/{PAUSE}": 0.3 for spoken in ("vi", "en")}
    return Catalogue(city="x", sounds=Path("sounds"), own=own, common={}, lengths=lengths | words | pauses)


def record(**given: Any) -> Record:
    """A recorder; ways that no caller here takes lead to the end."""
    needed = {
        field.name: "het" for field in fields(Record) if field.default is MISSING and field.default_factory is MISSING
    }
    return Record(**{**needed, **given})


def nodes() -> list[Node]:
    """Greeting, one list, a recorder, the questions after it; English by key 9."""
    return [
        Switch(id="cong-tac", switch="emergency", on="het", off="chao"),
        Say(id="chao", prompts=("chao", "tieng-anh", "ghi-am", "khan"), next="menu"),
        Menu(
            id="menu",
            prompts=("menu",),
            keys={
                "1": Choice(goto="noi"),
                "2": Choice(goto="menu-hai"),
                "0": Choice(goto="nguoi"),
                "9": Choice(goto="anh"),
            },
            give_up="moi",
        ),
        Menu(id="menu-hai", prompts=("menu",), keys={"1": Choice(goto="noi")}, give_up="noi"),
        Language(id="anh", language="other", next="chao-anh"),
        Say(id="chao-anh", prompts=("chao", "ghi-am"), next="menu"),
        Say(id="moi", prompts=("moi-noi",), next="noi"),
        Ring(id="nguoi", line="operator", unanswered="noi", next="het"),
        record(id="noi", prompts=("noi",), next="lien-he"),
        Contact(id="lien-he", next="cong-khai"),
        Publish(id="cong-khai", prompts=("cong-khai",), next="ma"),
        Receipt(id="ma", next="het"),
        Bye(id="het"),
    ]


def flow(*changed: Node) -> Flow:
    return Flow(start="cong-tac", nodes={node.id: node for node in (*nodes(), *changed)})


def figures(menu: Flow | None = None, sounds: Catalogue | None = None) -> dict[tuple[str, Way], Figure]:
    found = measure(menu or flow(), sounds or catalogue(), PAUSES)
    return {(figure.language, figure.way): figure for figure in found}


HEAD = 3.0 + 1.5
"""Vietnamese that an English caller hears before pressing 9."""


@pytest.mark.parametrize(
    ("language", "way", "seconds"),
    [
        ("vi", Way.GREETING, 11.0),
        ("vi", Way.HEARD_OUT, 11.0 + 8.0 + 7.0),
        ("vi", Way.SILENT, 11.0 + 8.0 + 5.0 + 2.0 + 7.0),
        ("vi", Way.BY_SENTENCE, 11.0 + 8.0 * len("Phản ánh, nhấn phím một.") / len(LIST) + 7.0),
        ("vi", Way.AT_ONCE, 1.0 + 1.0 + 1.6),
        ("vi", Way.REPORT, 26.0 + 0.4 + 6.0 + 2.0 + 5.0 + RECEIPT),
        ("vi", Way.SILENT_REPORT, 33.0 + 0.4 + 8.0 + 5.5 + 0.4 + 8.0 + 6.0 + 2.0 + 5.0 + 3.0 + RECEIPT),
        ("en", Way.GREETING, 3.5 + 2.0),
        ("en", Way.HEARD_OUT, HEAD + 5.5 + 9.0 + 7.0),
        ("en", Way.SILENT, HEAD + 5.5 + 9.0 + 5.0 + 2.0 + 7.0),
        ("en", Way.BY_SENTENCE, HEAD + 5.5 + 9.0 * len("To report, press one.") / len(ENGLISH) + 7.0),
        ("en", Way.AT_ONCE, 1.0 + 1.0 + 1.0 + 1.4),
        ("en", Way.REPORT, HEAD + 5.5 + 9.0 + 7.0 + 0.4 + 6.0 + 2.0 + 5.0 + RECEIPT),
    ],
)
def test_every_way_takes_what_its_pieces_take(language: str, way: Way, seconds: float) -> None:
    figure = figures()[language, way]
    assert figure.seconds == pytest.approx(seconds)
    assert figure.measured


def test_silence_is_noticed_when_the_block_it_ends_in_is_written() -> None:
    """Behind speech it begins anywhere in a block, at worst just behind its end; in a take without speech with one."""
    found = {figure.way: figure for figure in measure(flow(), catalogue(), replace(PAUSES, block=3.0))}
    assert found[Way.SILENT_REPORT].seconds - figures()["en", Way.SILENT_REPORT].seconds == pytest.approx(3.0 + 1.0)
    assert found[Way.REPORT].seconds == pytest.approx(figures()["en", Way.REPORT].seconds)


def test_it_follows_types_and_not_names() -> None:
    """The same menu with every node renamed takes the same time."""

    def renamed(node: Node) -> Node:
        ways = {"id", "next", "on", "off", "give_up", "goto", "open", "closed", "unanswered"}
        changes: dict[str, Any] = {
            field.name: f"x-{getattr(node, field.name)}" for field in fields(node) if field.name in ways
        }
        if isinstance(node, Menu):
            changes["keys"] = {key: replace(choice, goto=f"x-{choice.goto}") for key, choice in node.keys.items()}
        return replace(node, **changes)

    other = Flow(start="x-cong-tac", nodes={f"x-{node.id}": renamed(node) for node in nodes()})
    before = {key: figure.seconds for key, figure in figures().items()}
    assert {key: figure.seconds for key, figure in figures(other).items()} == before


def test_a_list_that_is_said_again_and_waits_as_it_says_counts_whole() -> None:
    twice = replace(flow().nodes["menu"], silences=2, wait=3.0, short=("moi-noi",))
    silent = figures(flow(twice))["vi", Way.SILENT]
    assert silent.seconds == pytest.approx(11.0 + 8.0 + 3.0 + 1.5 + 2.0 + 3.0 + 2.0 + 7.0)


def test_a_second_list_on_the_way_is_heard_out_too() -> None:
    first = flow().nodes["menu"]
    assert isinstance(first, Menu)
    deeper = replace(first, keys=first.keys | {"1": Choice(goto="menu-hai")})
    found = figures(flow(deeper))
    assert found["vi", Way.HEARD_OUT].seconds == pytest.approx(11.0 + 8.0 + 8.0 + 7.0)
    assert ("vi", Way.BY_SENTENCE) not in found, "no key leads to the recorder without another list"
    assert found["vi", Way.AT_ONCE].seconds == pytest.approx(1.0 + 1.0 + 1.0 + 1.6)


def test_a_report_that_is_not_key_1_is_reported_by_its_own_key() -> None:
    """As in a city whose first key asks for information: the first key that leads to the recorder counts."""
    first = flow().nodes["menu"]
    assert isinstance(first, Menu)
    other = replace(first, keys={"1": Choice(goto="menu-hai"), "2": Choice(goto="noi"), "9": Choice(goto="anh")})
    found = figures(flow(other))
    assert found["vi", Way.HEARD_OUT].seconds == pytest.approx(26.0)
    assert found["vi", Way.AT_ONCE].seconds == pytest.approx(3.6)


def test_a_key_that_leads_to_the_recorder_only_out_of_hours_reports_nothing() -> None:
    first = flow().nodes["menu"]
    assert isinstance(first, Menu)
    desk = Hours(id="ban", schedule="x", open="nguoi", closed="noi")
    with_desk = replace(first, keys=first.keys | {"2": Choice(goto="ban")})
    share = len("Phản ánh, nhấn phím một.") / len(LIST)
    assert figures(flow(with_desk, desk))["vi", Way.BY_SENTENCE].seconds == pytest.approx(18.0 + 8.0 * share)


def test_the_slowest_key_that_records_at_once_counts() -> None:
    first = flow().nodes["menu"]
    assert isinstance(first, Menu)
    both = replace(first, keys=first.keys | {"2": Choice(goto="noi")})
    share = len("Phản ánh, nhấn phím một. Tra cứu, phím hai.") / len(LIST)
    assert figures(flow(both))["vi", Way.BY_SENTENCE].seconds == pytest.approx(11.0 + 8.0 * share + 7.0)


def test_the_slower_of_open_and_closed_hours_counts() -> None:
    forked = Hours(id="chao-gio", schedule="x", open="menu", closed="moi-menu")
    late = Say(id="moi-menu", prompts=("moi-noi",), next="menu")
    greeting = replace(flow().nodes["chao"], next="chao-gio")
    assert figures(flow(greeting, forked, late))["vi", Way.HEARD_OUT].seconds == pytest.approx(26.0 + 2.0)


def test_who_has_heard_the_notice_to_its_end_hears_no_second() -> None:
    """In the greeting it stands behind the sentence for English, which an English caller does not hear out."""
    no_notice = replace(flow().nodes["chao-anh"], prompts=("chao",))
    heard_out = figures(flow(no_notice))["en", Way.HEARD_OUT]
    assert [piece.name for piece in heard_out.pieces][-1] == "ghi-am-ngan"
    assert "ghi-am-ngan" not in [piece.name for piece in figures()["vi", Way.HEARD_OUT].pieces]


def test_what_is_not_built_is_not_measured() -> None:
    sounds = catalogue()
    partly = replace(sounds, lengths={key: value for key, value in sounds.lengths.items() if key != "x/vi/moi-noi"})
    found = figures(sounds=partly)
    assert found["vi", Way.HEARD_OUT].measured
    assert not found["vi", Way.SILENT].measured
    wordless = replace(sounds, lengths={key: value for key, value in sounds.lengths.items() if "/words/" not in key})
    assert not figures(sounds=wordless)["vi", Way.REPORT].measured


def test_a_way_that_reaches_no_beep_has_no_figure() -> None:
    round_and_round = replace(flow().nodes["moi"], next="menu")
    found = figures(flow(round_and_round))
    assert ("vi", Way.SILENT) not in found
    assert ("vi", Way.HEARD_OUT) in found


def test_a_menu_in_one_language_has_no_figures_in_the_other() -> None:
    first = flow().nodes["menu"]
    assert isinstance(first, Menu)
    only = replace(first, keys={key: choice for key, choice in first.keys.items() if key != "9"})
    assert {language for language, _ in figures(flow(only))} == {"vi"}


def test_the_longest_pieces_are_those_to_shorten() -> None:
    assert [piece.name for piece in figures()["vi", Way.HEARD_OUT].longest(2)] == ["menu", "noi"]
