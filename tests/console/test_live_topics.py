"""What regions listen to is what the hotline announces: the list of topics stands in one place."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import console
from ivr.services import outbox

ROOM = Path(console.__file__).parent
OF_THE_SCRIPT = {"refresh", "switches"}
"""Triggers that live.js itself fires: after an outage, and for a switch that was thrown."""
TRIGGER = re.compile(r"live:(?:mine-)?([\w-]+)")
LISTENING = {
    path: names for path in sorted(ROOM.rglob("*.html")) if (names := TRIGGER.findall(path.read_text(encoding="utf-8")))
}


def test_every_constant_is_in_the_list() -> None:
    constants = {value for name, value in vars(outbox).items() if name.isupper() and isinstance(value, str)}
    assert set(outbox.TOPICS) == constants
    assert len(outbox.TOPICS) == len(constants)


@pytest.mark.parametrize("template", LISTENING, ids=lambda path: str(path.relative_to(ROOM / "templates")))
def test_regions_listen_to_topics_there_are(template: Path) -> None:
    known = {topic.replace(".", "-") for topic in outbox.TOPICS} | OF_THE_SCRIPT
    assert set(LISTENING[template]) <= known


def test_pages_listen() -> None:
    assert {path.name for path in LISTENING} >= {
        "bar.html",
        "said.html",
        "facts.html",
        "sound.html",
        "side.html",
        "history.html",
    }


@pytest.mark.parametrize("path", ["/tickets", "/calls"])
def test_lists_listen_to_topics_there_are(sign_in: Callable[..., FlaskClient], path: str) -> None:
    ((topics, trigger),) = re.findall(
        r'id="list".*?data-live="([^"]+)" hx-trigger="([^"]+)"', sign_in("lan").get(path).text
    )
    assert {outbox.TICKET_FILED} <= set(topics.split()) <= set(outbox.TOPICS)
    assert trigger == "live, live:refresh from:body"


def test_the_page_brings_the_list_and_the_script_has_none_of_its_own(sign_in: Callable[..., FlaskClient]) -> None:
    assert f'data-topics="{" ".join(outbox.TOPICS)}"' in sign_in("lan").get("/tickets").text
    scripts = "".join(path.read_text(encoding="utf-8") for path in (ROOM / "web" / "js").glob("*.js"))
    assert not [topic for topic in outbox.TOPICS if topic in scripts]
