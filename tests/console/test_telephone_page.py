"""The window of the telephone in the browser: whose login it gets, and what it alone may reach."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from ivr.asterisk import browser_phones
from ivr.asterisk.browser_phones import BrowserPhones
from ivr.callcentre.browser_phones import browser_phone
from ivr.callcentre.operators import Operator, OperatorState
from ivr.services import operators, people
from ivr.services.operators import AtWork
from ivr.testing.console import SeededConsole

SignIn = Callable[[str], FlaskClient]


def works(console: SeededConsole, username: str, *, at_browser: bool = True) -> int:
    with console.store.transaction() as session:
        person = people.get_person(session, username)
        phone = browser_phone(person.id) if at_browser else "PJSIP/100"
        operator = Operator(state=OperatorState.READY, since=console.now, phone=phone)
        row = AtWork(person_id=person.id, name=person.name, queues=None, may_answer=True, operator=operator)
        operators.store(session, console.settings.instance, [row], ())
        return person.id


def test_who_works_in_the_browser_gets_the_login_and_no_other_does(
    sign_in: SignIn, seeded: SeededConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_phones, "cli", lambda *_: "reloaded successfully")
    lan, minh = works(seeded, "lan"), works(seeded, "minh", at_browser=False)
    BrowserPhones(seeded.settings).keep([lan, minh])
    found = sign_in("lan").get("/telephone/login").json
    assert found is not None
    assert found["user"] == f"tongdai-{lan}"
    assert len(found["secret"]) == 48
    assert found["socket"] == "ws://127.0.0.1:8088/ws"
    assert found["token"]
    other = sign_in("minh").get("/telephone/login").json  # a login that stands over from earlier work is not given out
    assert other is not None
    assert (other["user"], other["secret"]) == (None, None)


def test_the_window_alone_reaches_the_socket(sign_in: SignIn) -> None:
    client = sign_in("lan")
    policies = {path: client.get(path).headers["Content-Security-Policy"] for path in ("/telephone", "/tickets")}
    assert {path: "ws://127.0.0.1:8088" in policy for path, policy in policies.items()} == {
        "/telephone": True,
        "/tickets": False,
    }
    assert client.get("/telephone/login").headers["Cache-Control"] == "no-store"


def test_the_window_and_the_band_speak_both_languages(sign_in: SignIn) -> None:
    client = sign_in("lan")
    assert "Nghe thử tiếng mình" in client.get("/telephone").text
    assert 'id="telephone-bar"' in client.get("/tickets").text
    client.post("/preferences", data={"language": "en"})
    assert "Hear yourself" in client.get("/telephone").text
