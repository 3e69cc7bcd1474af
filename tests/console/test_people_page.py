"""The administrator's page: every change asks first or says what it did, and loading again repeats nothing."""

import re
import unicodedata
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.model import Person, Role
from ivr.services import people
from ivr.services.errors import PeopleError
from ivr.testing.console import SeededConsole

SignIn = Callable[..., FlaskClient]
BINH = {"username": "binh", "name": "Võ Bình", "role": "operator"}
LONG = "Nguyễnhoàngphươngthảovylinhchâu"
"""31 letters without a space."""


def get(desk: SeededConsole, username: str) -> Person:
    with desk.store.reading() as session:
        return people.get_person(session, username)


def shown_password(text: str) -> str:
    found = re.search(r'<p class="first-password user-select-all">(.*?)</p>', text)
    assert found is not None, "no first password is shown"
    return found.group(1)


def fault_of(answer: TestResponse, field: str) -> str:
    """What the page says beside a field that it marks as faulty and puts the cursor into."""
    assert answer.status_code == 422
    control = re.search(rf'<(?:input|select)[^>]* id="{field}"[^>]*>', answer.text)
    assert control is not None
    assert 'aria-invalid="true"' in control.group(0)
    assert re.search(rf'aria-describedby="[^"]*\b{field}-fault\b', control.group(0))
    assert "autofocus" in control.group(0)
    found = re.search(rf'id="{field}-fault">.*?<span>(.*?)</span>', answer.text, re.DOTALL)
    assert found is not None
    return found.group(1)


def sign_in_for_real(desk: SeededConsole, username: str, password: str) -> object:
    return people.sign_in(desk.store, username, password, "127.0.0.1", desk.now)


def test_a_new_person_gets_a_password_that_is_shown_exactly_once(sign_in: SignIn, desk: SeededConsole) -> None:
    client = sign_in("admin")
    answer = client.post("/people", data=BINH)
    assert (answer.status_code, answer.location) == (303, "/people")
    text = client.get("/people").text
    assert isinstance(sign_in_for_real(desk, "binh", shown_password(text)), str)
    assert "first-password" not in client.get("/people").text  # F5
    assert get(desk, "binh").must_change_password
    assert "Chờ đặt mật khẩu riêng" in text


def test_whose_callers_a_person_answers(sign_in: SignIn, desk: SeededConsole) -> None:
    client = sign_in("admin")
    client.post("/people", data=BINH)
    binh = get(desk, "binh")
    assert binh.queues is None  # all
    chosen = {**BINH, "queues": ["da-nang-thu-tuc", "da-nang-operator"]}
    assert client.post(f"/people/{binh.id}", data=chosen).status_code == 303
    assert get(desk, "binh").queues == ["da-nang-operator", "da-nang-thu-tuc"]
    boxes = re.findall(r'<input [^>]*name="queues"[^>]*>', client.get(f"/people/{binh.id}").text)
    assert [("checked" in box) for box in boxes if "da-nang" in box] == [True, True]
    assert client.post(f"/people/{binh.id}", data={**BINH, "queues": ["no-such"]}).status_code == 422
    assert client.post(f"/people/{binh.id}", data=BINH).status_code == 303
    assert get(desk, "binh").queues is None


def test_no_password_travels_in_the_cookie(sign_in: SignIn, desk: SeededConsole) -> None:
    client = sign_in("admin")
    client.post("/people", data=BINH)
    cookie = client.get_cookie("tongdai_form")
    assert cookie is not None
    secret = shown_password(client.get("/people").text)
    assert secret not in cookie.value
    assert secret.encode().hex() not in cookie.value


def test_a_taken_user_name_is_said_beside_it_and_the_rest_stays_typed(sign_in: SignIn, desk: SeededConsole) -> None:
    answer = sign_in("admin").post("/people", data={**BINH, "username": "LAN", "role": "supervisor"})
    assert "lan đã có" in fault_of(answer, "username")
    assert 'value="Võ Bình"' in answer.text
    assert '<option selected value="supervisor">' in answer.text


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"name": "  "}, "name", "Xin điền mục này."),
        ({"name": "Võ\x07Bình"}, "name", "ký tự điều khiển"),
        ({"name": "x" * 129}, "name", "Nhiều nhất 128 ký tự."),
        ({"username": ""}, "username", "Xin điền mục này."),
        ({"username": "vo binh"}, "username", "dấu cách"),
        ({"username": "b\x00inh"}, "username", "ký tự điều khiển"),
        ({"role": "king"}, "role", "Xin chọn một trong các mục."),
    ],
)
def test_faults_are_said_beside_their_fields(
    sign_in: SignIn, desk: SeededConsole, given: dict[str, str], field: str, said: str
) -> None:
    assert said in fault_of(sign_in("admin").post("/people", data={**BINH, **given}), field)
    with desk.store.reading() as session:
        assert people.find_person(session, "binh") is None


def test_no_message_of_the_forms_library_reaches_a_reader(sign_in: SignIn, desk: SeededConsole) -> None:
    client = sign_in("admin")
    client.post("/preferences", data={"language": "en"})
    answer = client.post("/people", data={"username": "", "name": "", "role": "king"})
    faults = re.findall(r'class="field-fault".*?<span>(.*?)</span>', answer.text, re.DOTALL)
    assert faults == ["Please fill this in.", "Please fill this in.", "Choose one of the items."]


@pytest.mark.parametrize("form", ["NFC", "NFD", "windows"])
def test_names_are_kept_composed_whatever_keyboard_typed_them(sign_in: SignIn, desk: SeededConsole, form: str) -> None:
    typed = {
        "NFC": "Đặng Thế Ánh",
        "NFD": unicodedata.normalize("NFD", "Đặng Thế Ánh"),
        "windows": "Đă\u0323ng Thê\u0301 A\u0301nh",
    }[form]
    user = unicodedata.normalize("NFD" if form == "NFD" else "NFC", "thếánh")
    client = sign_in("admin")
    client.post("/people", data={"username": user, "name": typed, "role": "operator"})
    secret = shown_password(client.get("/people").text)
    assert get(desk, "thếánh").name == "Đặng Thế Ánh"
    for spelling in ("thếánh", unicodedata.normalize("NFD", "thếánh"), "thê\u0301a\u0301nh", "THẾÁNH"):
        assert isinstance(sign_in_for_real(desk, spelling, secret), str)


def test_an_account_is_renamed_and_keeps_its_sign_ins(sign_in: SignIn, desk: SeededConsole) -> None:
    client, lan = sign_in("admin"), sign_in("lan")
    number = get(desk, "lan").id
    assert 'value="Trần Thị Lan"' in client.get(f"/people/{number}").text
    sent = {"username": "lan.tran", "name": LONG, "role": "supervisor"}
    assert client.post(f"/people/{number}", data=sent).status_code == 303
    changed = get(desk, "lan.tran")
    assert (changed.id, changed.name, changed.role) == (number, LONG, Role.SUPERVISOR)
    assert lan.get("/tickets").status_code == 200
    assert f"Đã lưu tài khoản của {LONG}." in client.get("/people").text


def test_a_name_of_somebody_else_is_refused_and_nothing_changes(sign_in: SignIn, desk: SeededConsole) -> None:
    number = get(desk, "lan").id
    sent = {"username": "minh", "name": "Lan", "role": "supervisor"}
    assert "minh đã có" in fault_of(sign_in("admin").post(f"/people/{number}", data=sent), "username")
    assert (get(desk, "lan").name, get(desk, "lan").role) == ("Trần Thị Lan", Role.OPERATOR)


def test_a_reset_asks_first_and_ends_the_old_password(sign_in: SignIn, desk: SeededConsole) -> None:
    client, lan = sign_in("admin"), sign_in("lan")
    number = get(desk, "lan").id
    before = get(desk, "lan").password_hash
    asked = client.get(f"/people/{number}/password")
    assert "Trần Thị Lan" in asked.text
    assert get(desk, "lan").password_hash == before
    assert lan.get("/tickets").status_code == 200
    assert client.post(f"/people/{number}/password").status_code == 303
    secret = shown_password(client.get("/people").text)
    assert "first-password" not in client.get("/people").text
    assert lan.get("/tickets").status_code == 302  # signed out everywhere
    assert isinstance(sign_in_for_real(desk, "lan", secret), str)
    assert get(desk, "lan").must_change_password


def test_an_account_is_disabled_and_enabled_again(sign_in: SignIn, desk: SeededConsole) -> None:
    client, lan = sign_in("admin"), sign_in("lan")
    number = get(desk, "lan").id
    assert "Trần Thị Lan" in client.get(f"/people/{number}/lock").text
    assert get(desk, "lan").active
    client.post(f"/people/{number}/lock")
    assert lan.get("/tickets").status_code == 302
    assert "Đã khóa" in client.get("/people").text
    client.post(f"/people/{number}/unlock")
    assert get(desk, "lan").active
    for path in ("/people/999", "/people/999/password", "/people/999/lock"):
        assert client.get(path).status_code == 404
    assert client.post("/people/999/unlock").status_code == 404


def test_nobody_locks_themselves_out(sign_in: SignIn, desk: SeededConsole) -> None:
    client, number = sign_in("admin"), get(desk, "admin").id
    answer = client.post(f"/people/{number}/lock")
    assert answer.status_code == 422
    assert "chính mình" in answer.text
    sent = {"username": "admin", "name": "Quản trị ca", "role": "operator"}
    assert client.post(f"/people/{number}", data=sent).status_code == 303
    mine = get(desk, "admin")
    assert (mine.active, mine.role, mine.name) == (True, Role.ADMIN, "Quản trị ca")


def test_the_last_administrator_is_neither_disabled_nor_demoted(sign_in: SignIn, desk: SeededConsole) -> None:
    client, number = sign_in("admin"), get(desk, "hoa").id
    sent = {"username": "hoa", "name": "Nguyễn Thanh Hoa", "role": "admin"}
    client.post(f"/people/{number}", data=sent)
    assert get(desk, "hoa").role is Role.ADMIN
    with desk.store.transaction() as session:  # while the page of the first administrator stands open
        people.get_person(session, "admin").active = False
        found = people.get_person(session, "hoa")
        for change in (
            lambda: people.set_active(session, found, False),
            lambda: people.set_role(session, found, Role.OPERATOR),
        ):
            with pytest.raises(PeopleError, match="quản trị viên cuối cùng"):
                change()


def test_a_script_gets_the_dialog_alone_and_is_sent_back_to_the_list(sign_in: SignIn, desk: SeededConsole) -> None:
    client, htmx = sign_in("admin"), {"HX-Request": "true"}
    number = get(desk, "lan").id
    for path in ("/people/new", f"/people/{number}", f"/people/{number}/password", f"/people/{number}/lock"):
        fragment = client.get(path, headers=htmx).text
        assert fragment.lstrip().startswith('<div class="dialog-top">')
        assert "hx-post" in fragment
        assert "hx-post" not in client.get(path).text  # a page of its own, for browsers without scripts
    refused = client.post("/people", data={**BINH, "username": "lan"}, headers=htmx)
    assert refused.status_code == 422
    assert refused.text.lstrip().startswith('<div class="dialog-top">')
    done = client.post("/people", data=BINH, headers=htmx)
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, "/people")
