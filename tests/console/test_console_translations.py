"""Every sentence of the console stands in Vietnamese and English, and none escaped into the templates untranslated."""

import os
import re
import unicodedata
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import console
from console import language
from ivr.testing import temporary_settings

ROOM = Path(console.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{\w+\}")
VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")


def sentences() -> set[str]:
    found = extract_from_dir(
        ROOM, METHODS, {"templates/**.html": {"trimmed": "true"}}, keywords={"_": None, "_l": None}
    )
    return {str(message) for _file, _line, message, _comments, _context in found}


def english() -> dict[str, str]:
    with (ROOM / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="en") if message.id}


def test_every_sentence_has_an_english_text_and_none_is_left_over() -> None:
    wanted, known = sentences(), english()
    assert len(wanted) > 250
    assert sorted(wanted - known.keys()) == []
    assert sorted(known.keys() - wanted) == []
    assert [text for text in wanted if not known[text].strip()] == []


def test_both_languages_hold_the_same_values() -> None:
    for vietnamese, text in english().items():
        assert sorted(PLACEHOLDER.findall(vietnamese)) == sorted(PLACEHOLDER.findall(text)), vietnamese


def test_english_has_no_vietnamese_left_over_and_vietnamese_is_composed() -> None:
    for vietnamese, text in english().items():
        assert not VIETNAMESE.search(text), text
        assert unicodedata.is_normalized("NFC", vietnamese)


def templates() -> list[Path]:
    return sorted((ROOM / "templates").rglob("*.html"))


@pytest.mark.parametrize("template", templates(), ids=lambda path: path.name)
def test_no_sentence_of_a_template_is_left_untranslated(template: Path) -> None:
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not VIETNAMESE.findall(text)


def test_catalogues_are_compiled_where_the_package_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = temporary_settings(tmp_path)
    source = tmp_path / "package" / "en" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    source.write_bytes((ROOM / "translations/en/LC_MESSAGES/messages.po").read_bytes())
    monkeypatch.setattr(language, "_HERE", tmp_path / "package")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    folder = language.compile_translations(settings)
    assert folder == tmp_path / "run" / "translations"
    compiled = folder / "en" / "LC_MESSAGES" / "messages.mo"
    first = compiled.stat().st_mtime_ns
    assert language.compile_translations(settings) == folder
    assert compiled.stat().st_mtime_ns == first  # nothing to do the second time
    monkeypatch.undo()
    monkeypatch.setattr(language, "_HERE", tmp_path / "package")
    assert language.compile_translations(settings) == tmp_path / "package"
    assert source.with_suffix(".mo").exists()
