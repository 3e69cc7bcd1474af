"""What an operator reads of who calls while it rings: what is known of the number, and of this call so far."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from ivr.model import Call, CallStep
from ivr.model.tickets import Consent
from ivr.testing.console import SeededConsole

SignIn = Callable[[str], FlaskClient]


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).strip()


@pytest.fixture
def linkedid(seeded: SeededConsole) -> str:
    """Of a call of a number that has called before."""
    with seeded.store.reading() as session:
        call = session.get_one(Call, seeded.find_talk())
        return call.linkedid


def change(seeded: SeededConsole, **values: object) -> None:
    with seeded.store.transaction() as session:
        call = session.get_one(Call, seeded.find_talk())
        for name, value in values.items():
            setattr(call, name, value)


def asked(client: FlaskClient, linkedid: str) -> str:
    return client.get("/telephone/caller", query_string={"linkedid": linkedid}, headers={"HX-Request": "true"}).text


def test_earlier_calls_of_the_number_stand_there(sign_in: SignIn, seeded: SeededConsole, linkedid: str) -> None:
    page = asked(sign_in("lan"), linkedid)
    links = re.findall(r'href="/calls/(\w+)"', page)
    assert links[0] == seeded.find_talk()
    assert 1 < len(links) <= 4
    with seeded.store.reading() as session:
        assert {session.get_one(Call, link).caller_number for link in links} == {"+84905123456"}
    assert "DN26-" in words_of(page)


def test_what_this_call_said_so_far(sign_in: SignIn, seeded: SeededConsole, linkedid: str) -> None:
    change(seeded, language="en", consent=Consent.REFUSED, trial=True)
    with seeded.store.transaction() as session:
        at = session.get_one(Call, seeded.find_talk()).started_at
        for seq, keys in ((98, "3"), (99, "0")):
            session.add(CallStep(call_id=seeded.find_talk(), seq=seq, node="n", kind="menu", at=at, keys=keys))
    page = words_of(asked(sign_in("lan"), linkedid))
    for said in ("3 › 0", "Tiếng Anh", "Không đồng ý ghi âm", "Cuộc gọi thử"):
        assert said in page


def test_a_withheld_number_stays_withheld_and_a_new_one_is_said_to_be(
    sign_in: SignIn, seeded: SeededConsole, linkedid: str
) -> None:
    change(seeded, caller_number=None, caller_raw="0905123456")
    page = asked(sign_in("lan"), linkedid)
    assert "Người gọi ẩn số: không có lịch sử." in page
    assert "905" not in words_of(page)
    change(seeded, caller_number="+84911222333")
    assert "Đây là cuộc gọi đầu tiên của số máy này." in asked(sign_in("lan"), linkedid)


def test_of_a_call_that_is_not_known_nothing_is_said(sign_in: SignIn, seeded: SeededConsole) -> None:
    assert asked(sign_in("lan"), "1796078913.99") == ""


def test_it_speaks_english(sign_in: SignIn, seeded: SeededConsole, linkedid: str) -> None:
    client = sign_in("lan")
    client.post("/preferences", data={"language": "en"})
    assert "The call's page" in asked(client, linkedid).replace("&#39;", "'")
