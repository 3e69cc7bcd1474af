"""Which texts are refused and why, and how a city's own stand over the common ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.model.tickets import Refusal, State
from ivr.prompts import PromptError, check, load_catalogue
from ivr.prompts.spoken import faults, keys_differ, speakable
from ivr.prompts.texts import common_texts
from ivr.settings import Settings, load_settings

Write = Callable[[str, str], Path]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Phản ánh, nhấn phím 1. Hủy, phím 4.", "vi", "Phản ánh, nhấn phím một. Hủy, phím bốn."),
        ("Xin nhấn phím 5 hoặc phím 0.", "vi", "Xin nhấn phím năm hoặc phím không."),
        ("To send it, press 1. Press 9.", "en", "To send it, press one. Press nine."),
        ("Gọi 113, nhấn phím sao.", "vi", "Gọi 113, nhấn phím sao."),
    ],
)
def test_keys_become_words(text: str, language: str, words: str) -> None:
    assert speakable(text, "vi" if language == "vi" else "en") == words


@pytest.mark.parametrize(
    ("spoken", "complaint"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("Tổng đài 1022", "figures 1022"),
        ("Gọi 113 hoặc 114", "figures 113, 114"),
        ("UBND phường", "abbreviations UBND"),
        ("Thành phố TP", "abbreviations TP"),
        ("dài hai km", "abbreviations km"),
        ("mã PIN", "abbreviations PIN"),
        ("giảm năm %", "signs %"),
        ("điện/nước", "signs /"),
        ("(xin chờ)", "signs ( )"),
        ("chờ…", "signs …"),
        ("To\u0302\u0309ng đài", "not in NFC"),
    ],
)
def test_what_a_voice_would_misread_is_refused(spoken: str, complaint: str) -> None:
    assert any(complaint in fault for fault in faults(spoken))


@pytest.mark.parametrize(
    "spoken",
    ["Kính chào ông bà. Đây là Tổng đài một không hai hai.", "The report's code, please.", "Ý kiến ở xã Ea Đrăng"],
)
def test_plain_sentences_pass(spoken: str) -> None:
    assert faults(spoken) == []


def test_keys_shown_must_be_the_keys_spoken() -> None:
    assert keys_differ("Gửi, phím 1. Hủy, phím 4.", "Gửi, phím một. Hủy, phím ba.")
    assert not keys_differ("Gửi, phím 1. Hủy, phím 4.", "Gửi, phím một. Hủy, phím bốn.")


@pytest.mark.parametrize(
    ("toml", "complaint"),
    [
        ('[a]\nvi = "Một"', "[a] en: is missing"),
        ('[a]\nvi = "Một"\nen = { tekst = "One" }', "[a] en.tekst: there is no such setting (known: say, text, voice)"),
        ('[a]\nvi = 1\nen = "One"', "[a] vi: must be { text"),
        ('[a]\nvi = "Một"\nen = { text = "One", voice = "fr" }', '[a] en.voice: "fr" is none of vi, en'),
        ('[a]\nvi = "Một"\nen = "One"\nfr = "Un"', "[a] fr: there is no such setting (known: vi, en)"),
        ('[A]\nvi = "Một"\nen = "One"', "[A]: may have a-z"),
        ('a = "x"', "[a]: must be a table"),
        ('[chao]\nvi = "Một"\nen = "One"', "[chao]: is given twice"),
        ('[a]\nvi = "Tổng đài 1022"\nen = "One"', "[a] vi: has figures 1022"),
        ('[a]\nvi = { text = "Gửi, phím 1.", say = "Gửi, phím hai." }\nen = "One"', "name different keys"),
        ("[a", "Expected"),
        ('[a]\n[a]\nvi = "Một"', "Cannot declare"),
    ],
)
def test_a_bad_file_is_told_with_its_name(settings: Settings, write: Write, toml: str, complaint: str) -> None:
    write("prompts/more.toml", toml)
    found = check(settings)
    assert any(fault.startswith("prompts/more.toml: ") and complaint in fault for fault in found), found


def test_all_faults_come_at_once(settings: Settings, write: Write) -> None:
    write("prompts/more.toml", '[a]\nvi = "UBND"\nen = "25"')
    with pytest.raises(PromptError, match=r"2 faults in the prompts:\n.*UBND.*\n.*25"):
        load_catalogue(settings, "bien")


def test_a_city_speaks_its_own_text_and_the_common_ones(settings: Settings) -> None:
    nui, bien = load_catalogue(settings, "nui"), load_catalogue(settings, "bien")
    assert nui.text("chao", "vi") == "Đây là tổng đài vùng núi."
    assert nui.sound("chao", "vi").path == str(settings.sounds / "nui/vi/chao")
    assert bien.text("chao", "vi") == "Đây là Tổng đài 1022."
    assert bien.sound("chao", "vi").path == str(settings.sounds / "vi/chao")
    assert nui.sound("khan", "en").path == str(settings.sounds / "en/khan")
    assert nui.texts("en")["chao"] == "This is the mountain hotline."
    assert set(nui.texts("vi")) == {"chao", "khan", "ghi-am", "tieng-anh"}


def test_unknown_prompts_and_cities_are_told(settings: Settings) -> None:
    catalogue = load_catalogue(settings, "bien")
    assert not catalogue.has("menu", "vi")
    with pytest.raises(PromptError, match="bien: no prompt menu"):
        catalogue.sound("menu", "vi")
    with pytest.raises(PromptError, match=r"No city hue .* Known: bien, nui"):
        load_catalogue(settings, "hue")


def test_sounds_have_a_length_before_they_are_built(settings: Settings) -> None:
    catalogue = load_catalogue(settings, "bien")
    assert catalogue.sound("khan", "vi").seconds > 2
    assert [sound.id for sound in catalogue.words(["mootj", "pause", "hai-f"], "vi")] == ["mootj", "pause", "hai-f"]


def test_city_data_is_spoken_too(settings: Settings, write: Write) -> None:
    write(
        "cities/nui/agencies.toml",
        '[[agencies]]\nid = "ubnd"\nname = { vi = "UBND xã", en = "Commune", say = "Ủy ban nhân dân xã" }',
    )
    write(
        "cities/nui/announcements.toml",
        '[[announcements]]\nid = "bao"\nvi = { text = "Bão gần bờ." }\nen = { text = "Storm." }',
    )
    write(
        "cities/nui/lookups/xe-buyt.toml",
        'digits = 2\n[[entries]]\nkey = "05"\nvi = { text = "Tuyến 5", say = "Tuyến năm" }\n'
        'en = { text = "Route 5", say = "Route five" }',
    )
    catalogue = load_catalogue(settings, "nui")
    assert catalogue.text("co-quan.ubnd", "vi") == "UBND xã"
    assert catalogue.get("co-quan.ubnd", "vi").spoken == "Ủy ban nhân dân xã"
    assert catalogue.text("thong-bao.bao", "en") == "Storm."
    assert catalogue.sound("lookup.xe-buyt.05", "vi").path.endswith("/nui/vi/lookup.xe-buyt.05")


def test_city_data_of_a_wrong_shape_is_told(settings: Settings, write: Write) -> None:
    write("cities/nui/agencies.toml", '[[agencies]]\nid = "x"\n')
    assert check(settings) == ["nui/agencies.toml: agencies[1].name: is missing"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_state_and_every_refusal_can_be_told(language: str) -> None:
    """The real prompts: what a ticket can be is what the telephone can say."""
    texts = common_texts(load_settings().config).by_key
    needed = [f"trang-thai-{state.value}" for state in State] + [f"ly-do-{reason.value}" for reason in Refusal]
    assert [name for name in needed if (name.replace("_", "-"), language) not in texts] == []
