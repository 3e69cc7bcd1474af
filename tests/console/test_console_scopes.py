"""Every route that takes a ticket, a call or a recording, tried with a foreign one of two teams, agencies and people.

The viewer's role may everything but see beyond its scope, so that nothing else refuses; each request is also made of an
own object, so that it is known to be a sound one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from console.app import create_app
from console.views.ticket_page import PARTS
from ivr.model import Base, Role, State, Ticket
from ivr.model.permissions import GRANTS, Grant, Permission, Scope
from ivr.services import listing, people, plays

SignIn = Callable[..., FlaskClient]
ACCOUNT = {"person_id"}
ELSEWHERE = {
    "static": {"filename"},
    "people.edit_form": ACCOUNT,
    "people.edit": ACCOUNT,
    "people.reset_form": ACCOUNT,
    "people.reset": ACCOUNT,
    "people.lock_form": ACCOUNT,
    "people.lock": ACCOUNT,
    "people.unlock": ACCOUNT,
    "desk.other": ACCOUNT,
    "call_backs.page": {"ulid"},  # of who is owed a call: tests/console/test_call_backs.py
    "call_backs.claim": {"ulid"},
    "call_backs.release": {"ulid"},
    "call_backs.record": {"ulid"},
    "call_backs.reopen": {"ulid"},
    "jobs.retry": {"item_id"},  # all jobs of the instance are an administrator's; what they are about is not shown
}
"""Routes whose argument is no ticket, call or recording."""
UNSEEN = {"sign_ins", "attempts"}
"""Tables in which a request may leave something without an effect on tickets."""
LAN, MINH = 4213, 4211
"""Running numbers of a ticket that Lan holds and of one that Minh holds; both have a recording and a transcript."""
WORDS = {LAN: "nguyễn tri phương", MINH: "chợ hàn"}


@dataclass(frozen=True, kw_only=True)
class Side:
    """Who looks, what is theirs, and what is foreign."""

    name: str
    scope: Scope
    viewer: str
    own: int
    foreign: int
    team: str | None = None
    agency: str | None = None


SIDES = (
    Side(name="team Bắc", scope=Scope.TEAM, viewer="hoa", team="Bắc", own=LAN, foreign=MINH),
    Side(name="team Nam", scope=Scope.TEAM, viewer="hoa", team="Nam", own=MINH, foreign=LAN),
    Side(name="agency of Lan's ticket", scope=Scope.AGENCY, viewer="hoa", agency="so-y-te", own=LAN, foreign=MINH),
    Side(name="agency of Minh's", scope=Scope.AGENCY, viewer="hoa", agency="so-xay-dung", own=MINH, foreign=LAN),
    Side(name="Lan herself", scope=Scope.OWN, viewer="lan", own=LAN, foreign=MINH),
    Side(name="Minh himself", scope=Scope.OWN, viewer="minh", own=MINH, foreign=LAN),
)


@pytest.fixture
def app(desk: Any) -> Flask:
    return create_app(desk.settings, desk.store, clock=lambda: desk.now)


@pytest.fixture(params=SIDES, ids=lambda side: side.name)
def side(request: pytest.FixtureRequest, seeded: Any, monkeypatch: pytest.MonkeyPatch) -> Side:
    """Two teams and two agencies; the viewer's role may everything within the scope."""
    chosen: Side = request.param
    monkeypatch.setitem(GRANTS, Role.TEAM_LEAD, Grant(permissions=frozenset(Permission), scope=chosen.scope))
    with seeded.store.transaction() as session:
        for username, team in (("lan", "Bắc"), ("minh", "Nam")):
            people.set_team(session, people.get_person(session, username), team)
        for number, agency in ((LAN, "so-y-te"), (MINH, "so-xay-dung")):
            ticket(session, seeded.ulid(number)).agency = agency
        viewer = people.get_person(session, chosen.viewer)
        if chosen.scope is not Scope.OWN:
            people.set_team(session, viewer, chosen.team)
            people.set_agency(session, viewer, chosen.agency, {"so-y-te", "so-xay-dung"})
    return chosen


def ticket(session: Any, ulid: str) -> Ticket:
    found = listing.find_ticket_of_report(session, ulid)
    assert found is not None
    return found


def rows(desk: Any) -> dict[str, list[Any]]:
    """Everything that is stored and could have been changed."""
    with desk.store.reading() as session:
        tables = {name: table for name, table in Base.metadata.tables.items() if name not in UNSEEN}
        return {name: session.execute(select(table)).all() for name, table in tables.items()}


def taking_an_object(app: Flask) -> list[tuple[Rule, str]]:
    """Every route and method whose address names an object."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ELSEWHERE:
            assert rule.arguments == ELSEWHERE[rule.endpoint]
        elif rule.arguments:
            assert rule.arguments <= {"ulid", "recording_id", "name"}, f"{rule}: say here what it takes"
            found += [(rule, method) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


def tells_of(answer: TestResponse, number: int) -> bool:
    """Whether an answer, a page or a recording, holds words or code of this ticket."""
    text = answer.data.decode("utf-8", "replace").lower()
    return WORDS[number] in text or f"-00{number}" in text


def ask(client: FlaskClient, desk: Any, rule: Rule, method: str, ulid: str, token: str) -> list[TestResponse]:
    """The route with everything it can want, of one object; a part of the page after the other."""
    with desk.store.reading() as session:
        version = ticket(session, ulid).version
    form = {
        "version": 1 if rule.endpoint == "tickets.correct" else version,
        "to": State.CHO_BO_SUNG.value,
        "reason": "hỏi thêm địa chỉ",
        "text": "đã gọi lại",
        "kind": "phan_anh",
        "urgent": "1",
    }
    query = {"to": State.CHO_BO_SUNG.value, "token": token}
    answers = []
    for name in sorted(PARTS) if "name" in rule.arguments else [""]:
        path = re.sub(r"<[^>]+>", ulid, str(rule).replace("<name>", name))
        data = form if method == "POST" else None
        answers.append(client.open(path, method=method, query_string=query, data=data, buffered=True))
    return answers


def test_a_foreign_object_is_refused_by_every_route_without_a_word_of_it(
    app: Flask, desk: Any, sign_in: SignIn, side: Side
) -> None:
    own, foreign = desk.ulid(side.own), desk.ulid(side.foreign)
    with desk.store.transaction() as session:  # tokens from a time when the viewer might hear everything
        viewer = people.get_person(session, side.viewer)
        tokens = {ulid: plays.grant(session, ulid, viewer, "play", "kiểm tra", desk.now) for ulid in (own, foreign)}
        people.set_role(session, viewer, Role.TEAM_LEAD)
    client = sign_in(side.viewer)
    routes = taking_an_object(app)
    assert len(routes) >= 12
    before = rows(desk)
    for rule, method in routes:
        for answer in ask(client, desk, rule, method, foreign, tokens[foreign]):
            assert answer.status_code in {403, 404}, (method, str(rule))
            assert not tells_of(answer, side.foreign), (method, str(rule))
    assert rows(desk) == before
    reading_first = sorted(routes, key=lambda route: route[1] != "GET")
    for rule, method in reading_first:
        for answer in ask(client, desk, rule, method, own, tokens[own]):
            assert answer.status_code < 400, (method, str(rule))
            assert not tells_of(answer, side.foreign), (method, str(rule))


def test_lists_and_search_hold_nothing_foreign(desk: Any, sign_in: SignIn, side: Side) -> None:
    with desk.store.transaction() as session:
        people.set_role(session, people.get_person(session, side.viewer), Role.TEAM_LEAD)
    client = sign_in(side.viewer)
    own, foreign = (f"DN26-00{number}" for number in (side.own, side.foreign))
    for address in ("/tickets?tab=all", "/calls?ticket=yes", f"/find?q={WORDS[side.own].replace(' ', '+')}"):
        text = client.get(address).text
        assert own in text, address
        assert foreign not in text, address
        assert WORDS[side.foreign] not in text.lower(), address
    for address in (
        f"/find?q={WORDS[side.foreign].replace(' ', '+')}",
        f"/tickets?tab=all&q={WORDS[side.foreign].replace(' ', '+')}",
        f"/calls?q={foreign}",
        "/tickets?tab=late" if side.foreign == MINH else "/tickets?tab=mine",
    ):
        assert f"{foreign}-" not in client.get(address).text.replace(f"q={foreign}", ""), address


def test_an_officer_of_an_agency_reads_and_answers_and_hears_nothing(desk: Any, sign_in: SignIn, seeded: Any) -> None:
    with desk.store.transaction() as session:
        officer = people.get_person(session, "minh")
        people.set_role(session, officer, Role.AGENCY)
        people.set_agency(session, officer, "so-xay-dung", {"so-xay-dung"})
    client, ulid = sign_in("minh"), desk.ulid(4212)  # sent to that agency
    page = client.get(f"/tickets/{ulid}")
    assert page.status_code == 200
    assert "cây phượng" in page.text.lower()
    for hidden in (
        "data-player",
        'href="/calls',
        'href="/board',
        "Cùng số máy này",
        "data-edits",
        "data-fact>",
        "part-sound",
    ):
        assert hidden not in page.text
    assert client.post(f"/tickets/{ulid}/notes", data={"text": "đã cử người"}).status_code == 303
    for method, path in (
        ("GET", "/calls"),
        ("GET", f"/calls/{ulid}"),
        ("GET", "/board"),
        ("POST", f"/recordings/{ulid}/plays"),
        ("POST", f"/tickets/{ulid}/text"),
        ("POST", f"/tickets/{ulid}/facts"),
        ("POST", f"/tickets/{ulid}/assignee"),
        ("GET", "/people"),
    ):
        assert client.open(path, method=method, data={"version": 1, "reason": "kiểm tra"}).status_code == 403, path
    assert client.get(f"/tickets/{desk.ulid(4213)}").status_code == 404
