"""The rules read no clock: every moment is an argument. What they may import, lint-imports holds."""

import ast
from pathlib import Path

import pytest

import ivr.callcentre

MODULES = sorted(Path(ivr.callcentre.__file__).parent.glob("*.py"))
CLOCKS = {"now", "today", "utcnow", "monotonic", "time"}


def calls_of_a_clock(source: str) -> list[int]:
    """Lines on which a method of that name is called."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_module_reads_a_clock(path: Path) -> None:
    assert not calls_of_a_clock(path.read_text(encoding="utf-8"))


def test_a_clock_that_is_read_would_be_seen() -> None:
    assert calls_of_a_clock("x = datetime.now(UTC)\ny = date.today()") == [1, 2]
    assert len(MODULES) > 10
