"""Names and words of the code: a variable says what it holds, comments and docstrings are plain technical English."""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("ivr", "console", "transcription", "agi_scripts", "tests")
"""Folders whose variables are looked at."""
PROSE = ("ivr", "console", "transcription", "agi_scripts", "tests")
"""Folders whose comments and docstrings are looked at."""
PRIVATE = re.compile(r"\b(the rest of the house|nobody|crumbs|told)\b", re.IGNORECASE)
"""Words that leave open who does what: write "no process", "reported", "leftovers" instead."""


def tracked(*folders: str) -> list[Path]:
    """The Python files that git knows below ``folders``; outside a checkout, those on disk."""
    asked = subprocess.run(["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=False)
    if asked.returncode == 0 and asked.stdout:
        found = {ROOT / name for name in asked.stdout.split("\0")[:-1] if name.endswith(".py")}
    else:
        found = {path for folder in folders for path in (ROOT / folder).rglob("*.py")}
    return sorted(path for path in found if path.exists() and "node_modules" not in path.parts)


def lines_with_one(source: str) -> list[int]:
    """Lines on which a variable or an argument is named ``one``; an attribute or a method may be (``rows.one()``)."""
    return sorted(
        {
            node.lineno
            for node in ast.walk(ast.parse(source))
            if (isinstance(node, ast.Name) and node.id == "one")
            or (isinstance(node, ast.arg | ast.keyword) and node.arg == "one")
            or (isinstance(node, ast.MatchAs | ast.MatchStar | ast.ExceptHandler) and node.name == "one")
        }
    )


def prose(source: str) -> Iterator[tuple[int, str]]:
    """Every comment and docstring with its first line's number; also a string below a constant or a field."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield node.lineno, text


def private_words(source: str) -> list[str]:
    """``line: word`` for each word; a line break inside a phrase does not hide it."""
    return [
        f"{line}: {word}"
        for line, text in sorted(prose(source))
        for word in PRIVATE.findall(re.sub(r"[\s#]+", " ", text))
    ]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("folder", ROOMS)
def test_no_variable_is_named_one(folder: str) -> None:
    files = tracked(folder)
    assert files, f"no Python file below {folder}"
    found = [f"{named(path)}:{line}" for path in files for line in lines_with_one(path.read_text(encoding="utf-8"))]
    assert not found, "\n".join(["name the thing (ticket, path, item), not `one`:", *found])


@pytest.mark.parametrize("folder", PROSE)
def test_comments_and_docstrings_have_no_private_words(folder: str) -> None:
    files = tracked(folder)
    assert files, f"no Python file below {folder}"
    found = [f"{named(path)}:{word}" for path in files for word in private_words(path.read_text(encoding="utf-8"))]
    assert not found, "\n".join(["say in plain words who does what:", *found])


def test_no_loop_of_a_template_is_named_one() -> None:
    pages = sorted((ROOT / "console" / "templates").rglob("*.html"))
    assert pages, "no templates were found"
    loop = re.compile(r"\{%-?\s*(for|set)\s[^%]*?\bone\b[^%]*?(\bin\b|=)")
    found = [named(page) for page in pages if loop.search(page.read_text(encoding="utf-8"))]
    assert not found, f"name the thing, not `one`: {found}"


@pytest.mark.parametrize(
    "source",
    [
        "for one in range(3): print(one)",
        "items = [one for one in ()]",
        "key = lambda one: 1",
        "def same(one: str, *, other: str) -> None: ...",
        "with open('a') as one: pass",
        "same(one='a')",
        "match 1:\n    case [*one]: pass",
        "try: pass\nexcept OSError as one: pass",
    ],
)
def test_each_way_to_name_a_variable_is_seen(source: str) -> None:
    assert lines_with_one(source)


def test_a_method_named_one_is_none() -> None:
    assert not lines_with_one("rows.one()")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""Nobody listens."""', ["1: Nobody"]),
        ("wait = 1  # the caller is told", ["1: told"]),
        ('X = 1\n"""What the rest of\n    the house needs."""', ["2: the rest of the house"]),
        ('text = tr("không ai", "nobody was told")', []),
        ("untold = 1  # untold", []),
    ],
)
def test_private_words_are_found_in_prose_alone(source: str, found: list[str]) -> None:
    assert private_words(source) == found
