"""The shape of the code: small modules, no circles, a sentence a folder, and a page that tells the same order."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("ivr", "transcription", "console", "agi_scripts")
LONGEST, LONGEST_TEST, MEDIAN = 300, 350, 95
"""Lines: a module past that is asking to be two."""
MOST_ENTRIES = 31
"""Names at the top of ``ivr/``; 33 once channels and reports have come."""


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows; outside a checkout, those on disk."""
    asked = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if asked.returncode == 0 and asked.stdout:
        return sorted(path for name in asked.stdout.split("\0")[:-1] if (path := ROOT / name).exists())
    found = {path for pattern in patterns for path in ROOT.glob(f"{pattern}/**/*.py")}
    return sorted(path for path in found if "node_modules" not in path.parts)


MODULES = [path for path in tracked(*ROOMS) if path.suffix == ".py"]
NAMES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in MODULES}


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def imports_of(name: str) -> set[str]:
    """Our own modules that a module imports when it is loaded, not later inside a function."""
    tree = ast.parse(NAMES[name].read_text(encoding="utf-8"))
    found: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            inside = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            found |= {inside[name] if inside[name] in NAMES else node.module for name in inside}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        waiting.extend(ast.iter_child_nodes(node))
    package = name if NAMES[name].name == "__init__.py" else ""
    return {other for other in found & set(NAMES) if other not in (name, package)}


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {name: imports_of(name) for name in NAMES}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join((*path[path.index(name) :], name))
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*path, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_modules_are_small() -> None:
    long = {path.relative_to(ROOT).as_posix(): lines_of(path) for path in MODULES if lines_of(path) > LONGEST}
    assert not long, f"past {LONGEST} lines: {long}"
    assert median(lines_of(path) for path in MODULES) <= MEDIAN


def test_tests_are_small() -> None:
    tests = [path for path in tracked("tests") if path.suffix == ".py"]
    long = {path.relative_to(ROOT).as_posix(): lines_of(path) for path in tests if lines_of(path) > LONGEST_TEST}
    assert not long, f"past {LONGEST_TEST} lines: {long}"


def test_the_top_of_ivr_can_be_read_at_a_glance() -> None:
    entries = {path.relative_to(ROOT / "ivr").parts[0] for path in tracked("ivr")}
    assert len(entries) <= MOST_ENTRIES, sorted(entries)


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.name == "__init__.py"], ids=lambda path: path.parent.name
)
def test_every_folder_says_what_it_is(path: Path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert said, f"{path.relative_to(ROOT)} says nothing"
    assert said.splitlines()[0].endswith("."), f"{path.relative_to(ROOT)}: {said}"


def test_the_architecture_page_tells_the_order_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["ivr"])
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page[page.index("Inside `ivr/`") :].split("\n\n")[1]
    listed = [re.findall(r"`([a-z_]+)/?`", row.split("|")[1]) for row in table.splitlines()[2:]]
    wanted = [[name for name in re.findall(r"\w+", layer) if name != "__main__"] for layer in layers]
    assert [name for row in listed for name in row] == [name for row in wanted for name in row]


def test_the_modules_were_found() -> None:
    assert len(MODULES) > 200
