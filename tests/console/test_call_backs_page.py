"""The page of call-backs: who is to be called, taken by one operator, with what came of it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console import labels
from console.views import call_backs
from ivr.model import CallBackOrigin, CallOutcome, Role
from ivr.model.permissions import GRANTS, Grant, Permission, Scope
from ivr.services import people
from ivr.testing.console import SeededConsole

SignIn = Callable[..., FlaskClient]
NUMBER, WHOLE, MASKED = "+84911222333", "0911 222 333", "0911 ••• 333"


@pytest.fixture
def missed(seeded: SeededConsole) -> str:
    """A citizen left in the menu ten minutes ago."""
    return seeded.miss_call(NUMBER, 10)


def words_of(answer: TestResponse) -> str:
    main = answer.text.split("<main")[-1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def post(client: FlaskClient, path: str, **form: str) -> TestResponse:
    return client.post(path, data=form, headers={"HX-Request": "true"})


def test_nobody_to_call_says_what_will_stand_here(sign_in: SignIn, seeded: SeededConsole) -> None:
    page = words_of(sign_in("lan").get("/call-backs"))
    assert "Không còn ai phải gọi lại" in page
    assert "Cần gọi 0" in page


def test_who_left_in_the_menu_stands_with_the_number_masked(sign_in: SignIn, missed: str) -> None:
    answer = sign_in("lan").get("/call-backs")
    assert f"{MASKED} Gác máy trong menu còn 50 phút" in words_of(answer)
    assert f'href="/call-backs/{missed}"' in answer.text
    assert NUMBER[3:] not in answer.text


def test_the_number_is_whole_for_who_calls_and_for_no_other(sign_in: SignIn, missed: str) -> None:
    lan, minh = sign_in("lan"), sign_in("minh")
    assert WHOLE not in lan.get(f"/call-backs/{missed}").text
    answer = post(lan, f"/call-backs/{missed}/claim")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/call-backs/{missed}")
    page = lan.get(f"/call-backs/{missed}")
    assert WHOLE in page.text
    assert f'href="tel:{NUMBER}"' in page.text
    others = minh.get(f"/call-backs/{missed}")
    assert WHOLE not in others.text
    assert NUMBER not in others.text
    assert "Trần Thị Lan nhận gọi lúc" in words_of(others)
    assert "Trần Thị Lan" in words_of(minh.get("/call-backs"))
    refused = post(minh, f"/call-backs/{missed}/claim")
    assert refused.status_code >= 400
    assert "Trần Thị Lan đang gọi số này" in refused.json["message"]  # type: ignore[index]


def test_who_saw_the_number_is_kept_once(sign_in: SignIn, missed: str) -> None:
    lan = sign_in("lan")
    for _ in range(2):
        post(lan, f"/call-backs/{missed}/claim")
    post(lan, f"/call-backs/{missed}/release")
    seen = words_of(sign_in("hoa").get("/listening"))
    assert seen.count("Gọi lại người dân") == 1
    assert "Trần Thị Lan" in seen


def test_what_came_of_a_call_is_recorded_and_listed(sign_in: SignIn, missed: str) -> None:
    lan = sign_in("lan")
    post(lan, f"/call-backs/{missed}/claim")
    answer = post(lan, f"/call-backs/{missed}/outcome", outcome="reached", note="Đã hẹn thợ đến chiều mai")
    assert answer.headers["HX-Redirect"] == "/call-backs"
    page = lan.get("/call-backs")
    assert "Đã ghi kết quả: Đã gặp." in page.text
    assert "Không còn ai phải gọi lại" in page.text
    made = words_of(sign_in("hoa").get("/call-backs?tab=done"))
    assert f"{MASKED} Đã gặp Đã hẹn thợ đến chiều mai Trần Thị Lan" in made
    assert lan.get(f"/call-backs/{missed}").status_code == 404


def test_an_outcome_recorded_by_mistake_is_undone(sign_in: SignIn, missed: str) -> None:
    lan, minh = sign_in("lan"), sign_in("minh")
    post(lan, f"/call-backs/{missed}/claim")
    post(lan, f"/call-backs/{missed}/outcome", outcome="wrong_number")
    assert "Mở lại" not in minh.get("/call-backs?tab=done").text
    assert "Mở lại" in sign_in("hoa").get("/call-backs?tab=done").text
    assert f'action="/call-backs/{missed}/reopen"' in lan.get("/call-backs?tab=done").text
    assert post(lan, f"/call-backs/{missed}/reopen").headers["HX-Redirect"] == "/call-backs"
    assert f"{MASKED} Gác máy trong menu" in words_of(lan.get("/call-backs"))
    assert "Mở lại" not in lan.get("/call-backs?tab=done").text


def test_a_call_in_vain_comes_again_later(sign_in: SignIn, seeded: SeededConsole, missed: str) -> None:
    lan = sign_in("lan")
    post(lan, f"/call-backs/{missed}/claim")
    post(lan, f"/call-backs/{missed}/outcome", outcome="no_answer")
    page = words_of(lan.get("/call-backs"))
    assert "thử lại sau" in page
    assert "1/3 lần · Không nghe máy" in page
    assert "giờ khác" in post(lan, f"/call-backs/{missed}/claim").json["message"]  # type: ignore[index]
    seeded.now += timedelta(hours=1)
    assert post(lan, f"/call-backs/{missed}/claim").status_code == 204
    assert "Đã gọi 1/3 lần" in words_of(lan.get(f"/call-backs/{missed}"))


def test_of_very_many_the_first_are_shown(
    sign_in: SignIn, seeded: SeededConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_backs, "MOST_SHOWN", 2)
    for number in range(3):
        seeded.miss_call(f"+8491122233{number}", 30 - number)
    page = words_of(sign_in("lan").get("/call-backs"))
    assert "1–2 / 3 người" in page
    assert "331" in page
    assert "332" not in page


def test_given_back_it_is_free_again(sign_in: SignIn, missed: str) -> None:
    lan, minh = sign_in("lan"), sign_in("minh")
    post(lan, f"/call-backs/{missed}/claim")
    assert post(lan, f"/call-backs/{missed}/release").headers["HX-Redirect"] == "/call-backs"
    assert post(minh, f"/call-backs/{missed}/claim").status_code == 204


def test_without_scripts_an_act_leads_to_the_next_page(sign_in: SignIn, missed: str) -> None:
    lan = sign_in("lan")
    answer = lan.post(f"/call-backs/{missed}/claim")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/call-backs/{missed}")


@pytest.mark.parametrize("outcome", ["", "nonsense", "REACHED"])
def test_an_outcome_that_is_none_is_refused(sign_in: SignIn, missed: str, outcome: str) -> None:
    lan = sign_in("lan")
    post(lan, f"/call-backs/{missed}/claim")
    assert post(lan, f"/call-backs/{missed}/outcome", outcome=outcome).status_code == 400
    assert WHOLE in lan.get(f"/call-backs/{missed}").text  # it is still in hand


@pytest.mark.parametrize("act", ["", "/claim", "/release", "/outcome"])
def test_one_that_is_none_is_not_found_or_not_in_hand(sign_in: SignIn, seeded: SeededConsole, act: str) -> None:
    lan, path = sign_in("lan"), f"/call-backs/{seeded.ulid(4217)}{act}"
    answer = post(lan, path, outcome="reached") if act else lan.get(path)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("scope", [Scope.AGENCY, Scope.OWN])
def test_calls_without_a_ticket_are_no_matter_of_an_agency(
    sign_in: SignIn, seeded: SeededConsole, missed: str, monkeypatch: pytest.MonkeyPatch, scope: Scope
) -> None:
    lan = sign_in("lan")
    post(lan, f"/call-backs/{missed}/claim")
    post(lan, f"/call-backs/{missed}/outcome", outcome="no_answer", note="kín")
    monkeypatch.setitem(GRANTS, Role.TEAM_LEAD, Grant(permissions=frozenset(Permission), scope=scope))
    with seeded.store.transaction() as session:
        hoa = people.get_person(session, "hoa")
        people.set_role(session, hoa, Role.TEAM_LEAD)
        people.set_agency(session, hoa, "so-xay-dung", {"so-xay-dung"})
    hoa = sign_in("hoa")
    for path in ("/call-backs", "/call-backs?tab=done"):
        page = hoa.get(path).text
        assert MASKED not in page
        assert "kín" not in page
    assert hoa.get(f"/call-backs/{missed}").status_code == 404


def test_the_page_is_fetched_anew_when_something_changes(sign_in: SignIn, missed: str) -> None:
    fragment = sign_in("lan").get("/call-backs", headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith('<div id="call-backs"')
    assert "call-back.changed" in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize("value", [*CallBackOrigin, *CallOutcome])
def test_every_reason_and_outcome_has_words(value: CallBackOrigin | CallOutcome) -> None:
    assert value in (labels.ORIGINS if isinstance(value, CallBackOrigin) else labels.OUTCOMES)


def test_in_english(sign_in: SignIn, missed: str) -> None:
    client = sign_in("lan")
    client.post("/preferences", data={"language": "en"})
    assert f"{MASKED} Left in the menu" in words_of(client.get("/call-backs"))
    assert "Take the call" in words_of(client.get(f"/call-backs/{missed}"))
