"""The documents say what the code does: every setting, node type and subcommand, and the commands CI runs."""

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from ivr.city.flow.nodes import NODE_TYPES
from ivr.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def _document(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_description(name: str) -> None:
    row = next(
        (line for line in _document("docs/settings.md").splitlines() if line.startswith(f"| `TONGDAI_{name.upper()}`")),
        None,
    )
    assert row is not None, f"docs/settings.md lacks TONGDAI_{name.upper()}"
    description = Settings.model_fields[name].description
    assert description, f"setting {name} has no description"
    assert description in row.replace("\\|", "|"), f"docs/settings.md says something else of {name}: {row}"


@pytest.mark.parametrize("name", sorted(NODE_TYPES))
def test_every_node_type_is_documented(name: str) -> None:
    assert f"`{name}`" in _document("docs/menu.md"), f"docs/menu.md lacks the node type {name}"


@pytest.mark.parametrize("name", sorted(entry.name for entry in entry_points(group="tongdai.commands")))
def test_every_subcommand_is_documented(name: str) -> None:
    assert f"`tongdai {name}" in _document("docs/commands.md"), f"docs/commands.md lacks tongdai {name}"


def test_the_commands_of_the_readme_are_make_targets() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", _document("Makefile"), flags=re.MULTILINE))
    promised = set(re.findall(r"(?:^ {4}|`)make ([a-z][a-z-]*)", _document("README.md"), flags=re.MULTILINE))
    assert {"run", "test", "demo"} <= promised
    assert promised <= targets, f"README promises make targets that do not exist: {promised - targets}"


def test_ci_runs_the_command_the_readme_names() -> None:
    assert "make test" in _document(".ci/run")
    assert "make test" in _document("README.md")


@pytest.mark.parametrize(
    "document", [*sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("docs/*.md")), "README.md"]
)
def test_links_between_documents_lead_somewhere(document: str) -> None:
    here = (ROOT / document).parent
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", _document(document)):
        assert (here / target).exists(), f"{document} links to {target}, which does not exist"
