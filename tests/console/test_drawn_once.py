"""What is drawn once for all readers knows its arguments and the language alone: nothing of who asks stands in it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from jinja2.meta import find_undeclared_variables

import console
from ivr.model import Role
from ivr.services import people
from ivr.testing.console import PASSWORD, SeededConsole

TEMPLATES = Path(console.__file__).parent / "templates"
KEPT = {
    *re.findall(r'fixed\("([^"]+)"\)', (TEMPLATES / "frame.html").read_text(encoding="utf-8")),
    "lists/tools.html",
    "tickets/line.html",
    "calls/line.html",
}
OF_NO_READER = {"_", "icon", "url_for", "code", "category", "look"}
"""What such a template may use beside its arguments: words, signs, addresses, and the words of a ticket's city."""


@pytest.mark.parametrize("template", sorted(KEPT))
def test_what_is_kept_asks_for_nothing_of_the_reader(sign_in: Callable[..., FlaskClient], template: str) -> None:
    parsed = sign_in("lan").application.jinja_env.parse((TEMPLATES / template).read_text(encoding="utf-8"))
    assert find_undeclared_variables(parsed) <= OF_NO_READER


def test_the_frame_keeps_what_never_changes() -> None:
    assert {"keys.html", "words.html", "find/dialog.html"} < KEPT


def test_two_readers_of_one_list_each_have_their_language(sign_in: Callable[..., FlaskClient]) -> None:
    vietnamese, english = sign_in("lan"), sign_in("minh")
    english.post("/preferences", data={"language": "en"})
    for _ in range(2):
        page = vietnamese.get("/tickets").text
        assert ">Phím tắt</h2>" in page
        assert ">Lĩnh vực</option>" in page
        page = english.get("/tickets").text
        assert ">Keys</h2>" in page
        assert ">Category</option>" in page


def test_a_new_colleague_is_in_the_filters_at_once(sign_in: Callable[..., FlaskClient], seeded: SeededConsole) -> None:
    client = sign_in("lan")
    assert "Trần Thị Mới" not in client.get("/tickets").text
    with seeded.store.transaction() as session:
        people.create_person(session, "moi", "Trần Thị Mới", Role.OPERATOR, PASSWORD, seeded.now)
    assert "Trần Thị Mới" in client.get("/tickets").text


def test_a_chosen_filter_is_shown_as_chosen(sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("lan")
    plain, chosen, plain_again = (client.get(f"/tickets?{query}").text for query in ("", "urgent=yes", ""))
    assert '<option value="yes" selected>' in chosen
    assert '<option value="yes" selected>' not in plain
    assert '<option value="yes" selected>' not in plain_again
