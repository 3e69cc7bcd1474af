"""What import-linter cannot say: the fakes are for tests alone, wherever they are imported."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("ivr", "transcription", "console", "agi_scripts")
MODULES = sorted(
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if "node_modules" not in path.parts and path.parent != ROOT / "ivr" / "testing"
)


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(module)):
                names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_program_imports_a_fake(path: Path) -> None:
    fakes = {name for name in imported(path) if name.startswith("ivr.testing")}
    assert not fakes, f"{path.relative_to(ROOT)} imports {fakes}: fakes are for tests"


def test_the_rooms_were_found() -> None:
    assert len(MODULES) > 150
