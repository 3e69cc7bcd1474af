"""Words that sounded translated, or impolite, stand in nothing that is shown: pages, command line, prompts.

Citizens are "ông bà" (written: ông/bà), colleagues "anh/chị" or nothing. What a person says to a person is written in
both languages, not translated word by word.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "console/translations/en/LC_MESSAGES/messages.po"
TO_CITIZENS = ("templates/lookup/", "portal/")
"""Where the console speaks to citizens."""

IN_VIETNAMESE = (
    r"bản chữ", r"người giữ\b", r"mật khẩu đầu(?! tiên)", r"mọi kết thúc", r"có phiếu và không", r"^thôi\b",
    r"(?:\d|\)s) trong (?:\d|%\()", r"các phòng", r"\bbạn\b", r"\bquý vị\b", r"\bquý khách\b", r"bảng điều khiển",
    r"trạng thái không thể được", r"\bbị (?:đã|được)\b", r"vui lòng xin", r"\bđã được (?:lưu|gửi) thành công\b",
)  # fmt: skip
IN_ENGLISH = (
    r"\bbegun\b", r"\brooms\b", r"\bmove to [“\"]", r"cannot be changed so", r"that stands already", r"\bcame of\b",
    r"\brang (?:again|back)\b", r"\bis no (?:day|date|ticket|number|name)\b", r"\bheld by\b", r"\bwrong tries\b",
    r"\bcould be made\b", r"\bwith doubt\b", r"\boperating desk\b", r"\bmarks may be left out\b",
)  # fmt: skip
TO_COLLEAGUES = (r"\bông[ /]bà\b",)
IN_PROMPTS = (r"\bbạn\b", r"\banh[ /]chị\b", r"\bquý vị\b", r"\bbản chữ\b", r"\bthôi\b")


@cache
def catalogue() -> tuple[tuple[str, str], ...]:
    """Vietnamese and English of the console."""
    with CATALOGUE.open("rb") as file:
        return tuple((str(message.id), str(message.string)) for message in read_po(file, locale="en") if message.id)


@cache
def sentences_of_the_console() -> tuple[tuple[str, str], ...]:
    """Each Vietnamese sentence with the file it stands in."""
    methods, keywords = [("**.py", "python"), ("templates/**.html", "jinja2")], {"_": None, "_l": None}
    options = {"templates/**.html": {"trimmed": "true"}}
    found = extract_from_dir(ROOT / "console", methods, options, keywords=keywords)
    return tuple((str(file), str(text)) for file, _line, text, _comments, _context in found)


@cache
def pairs() -> tuple[tuple[str, str], ...]:
    """Vietnamese and English of everything that is said outside the browser; values stand as ``…``."""
    found = []
    for room in ("ivr", "transcription", "console", "agi_scripts"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if "node_modules" not in path.parts:
                found += list(_said(ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


def _said(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="tr"), args=[vietnamese, english, *_]):
                yield _text(vietnamese), _text(english)


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case ast.FormattedValue():
            return "…"
        case _:
            return ""


@cache
def prompts() -> tuple[tuple[str, str], ...]:
    """Vietnamese and English of what citizens hear, of all cities."""
    folders = [ROOT / "config/prompts", *(path.parent for path in (ROOT / "config/cities").rglob("prompts.toml"))]
    files = sorted({path for folder in folders for path in folder.glob("*.toml")})
    return tuple(pair for path in files for pair in _texts(tomllib.loads(path.read_text(encoding="utf-8"))))


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case {"vi": {"text": str(vietnamese)}, **more}:
            english: Any = more.get("en", "")
            yield vietnamese, english.get("text", "") if isinstance(english, dict) else str(english)
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)


def with_any(words: tuple[str, ...], texts: Iterator[str]) -> list[str]:
    found = re.compile("|".join(words), re.IGNORECASE)
    return [text for text in texts if found.search(text)]


def test_everything_that_is_said_is_looked_at() -> None:
    assert len(catalogue()) > 300
    assert len(pairs()) > 300
    assert len(prompts()) > 80


@pytest.mark.parametrize("said", [catalogue, pairs, prompts])
def test_no_word_sounds_translated(said: Any) -> None:
    assert with_any(IN_VIETNAMESE, (vietnamese for vietnamese, _ in said())) == []
    assert with_any(IN_ENGLISH, (english for _, english in said())) == []


def test_colleagues_are_spoken_to_as_colleagues() -> None:
    inside = (text for file, text in sentences_of_the_console() if not file.startswith(TO_CITIZENS))
    assert with_any(TO_COLLEAGUES, inside) == []
    assert with_any(TO_COLLEAGUES, (vietnamese for vietnamese, _ in pairs())) == []


def test_citizens_are_spoken_to_as_citizens() -> None:
    assert with_any(IN_PROMPTS, (vietnamese for vietnamese, _ in prompts())) == []
    outside = (text for file, text in sentences_of_the_console() if file.startswith(TO_CITIZENS))
    assert with_any((r"\banh/chị\b",), outside) == []
