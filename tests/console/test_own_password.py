"""Signing in and one's own password: faults beside fields, any keyboard, a first password that has to be changed."""

import unicodedata
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from ivr.services import passwords, people
from ivr.testing.console import PASSWORD, SeededConsole

SignIn = Callable[..., FlaskClient]
ACCENTED = "xuân vàng đá cuốc"
SPELLINGS = {
    "composed": ACCENTED,
    "decomposed": unicodedata.normalize("NFD", ACCENTED),
    "Windows' keyboard": "xuân va\u0300ng đa\u0301 cuô\u0301c",
}


def set_password(desk: SeededConsole, password: str, *, must_change: bool = False) -> None:
    with desk.store.transaction() as session:
        people.set_password(session, people.get_person(session, "lan"), password, must_change=must_change)


def keep_as_typed(desk: SeededConsole, password: str) -> None:
    """A row as it was written before passwords were composed."""
    with desk.store.transaction() as session:
        people.get_person(session, "lan").password_hash = passwords._HASHER.hash(password)


@pytest.mark.parametrize("kept", SPELLINGS)
@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_password_is_the_same_from_every_keyboard(
    sign_in: SignIn, desk: SeededConsole, kept: str, typed: str
) -> None:
    set_password(desk, SPELLINGS[kept])
    answer = sign_in(None).post("/login", data={"username": "lan", "password": SPELLINGS[typed]})
    assert answer.status_code == 302


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_password_that_was_kept_as_it_was_typed_goes_on_working(
    sign_in: SignIn, desk: SeededConsole, spelling: str
) -> None:
    keep_as_typed(desk, SPELLINGS[spelling])
    answer = sign_in(None).post("/login", data={"username": "lan", "password": SPELLINGS[spelling]})
    assert answer.status_code == 302


def test_empty_fields_are_said_and_cost_no_try(sign_in: SignIn, desk: SeededConsole) -> None:
    client = sign_in(None)
    for _ in range(9):
        answer = client.post("/login", data={"username": "lan", "password": ""})
        assert answer.status_code == 422
        assert 'id="password-fault"' in answer.text
        assert 'value="lan"' in answer.text
    assert client.post("/login", data={"username": "lan", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("given", [{"username": "la\x00n"}, {"password": "a\x00b"}, {"next": "//["}, {"next": "\x00"}])
def test_nothing_from_outside_breaks_the_sign_in_page(
    sign_in: SignIn, desk: SeededConsole, given: dict[str, str]
) -> None:
    form = {"username": "lan", "password": PASSWORD, **given}
    assert sign_in(None).post("/login", data=form).status_code < 500
    assert sign_in(None).get("/login", query_string=form).status_code == 200


def test_whoever_got_a_first_password_chooses_their_own_before_anything_else(
    sign_in: SignIn, desk: SeededConsole
) -> None:
    set_password(desk, "brhc-b3bn-h9r9", must_change=True)
    client = sign_in(None)
    form = {"username": "lan", "password": "brhc-b3bn-h9r9", "next": "/calls?q=0905"}
    assert client.post("/login", data=form).location == "/calls?q=0905"
    led = client.get("/calls?q=0905")
    assert (led.status_code, led.location) == (303, "/password?next=/calls?q%3D0905")
    assert client.post("/people").location == "/password"
    told = client.get("/calls", headers={"HX-Request": "true"})
    assert told.status_code == 403
    assert told.json is not None
    assert "mật khẩu riêng" in told.json["message"]

    page = client.get(led.location).text
    assert "Đặt mật khẩu riêng" in page
    assert 'name="old"' not in page  # it has just been typed
    same = client.post(led.location, data={"new": "brhc-b3bn-h9r9"})
    assert same.status_code == 422
    assert "phải khác" in same.text
    done = client.post(led.location, data={"new": ACCENTED})
    assert (done.status_code, done.location) == (303, "/calls?q=0905")
    assert client.get("/calls?q=0905").status_code == 200
    with desk.store.reading() as session:
        assert not people.get_person(session, "lan").must_change_password


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"old": ""}, "old", "Xin điền mục này."),
        ({"old": "sai"}, "old", "Mật khẩu đang dùng chưa đúng."),
        ({"new": "ngan"}, "new", "ít nhất 10 ký tự"),
        ({"new": "1234567890"}, "new", "dễ đoán"),
        ({"new": "Matkhau@123"}, "new", "bị thử đầu tiên"),
        ({"new": "Tran.Thi.Lan.1990"}, "new", "bị thử đầu tiên"),
        ({"new": "xuân\x07vàng đá cuốc"}, "new", "ký tự điều khiển"),
        ({"new": PASSWORD}, "new", "phải khác"),
    ],
)
def test_a_bad_password_is_said_beside_its_field(
    sign_in: SignIn, desk: SeededConsole, given: dict[str, str], field: str, said: str
) -> None:
    answer = sign_in("lan").post("/password", data={"old": PASSWORD, "new": ACCENTED, **given})
    assert answer.status_code == 422
    assert said in answer.text.split(f'id="{field}-fault">')[1].split("</div>")[0]
    assert ACCENTED not in answer.text  # what was typed as a password is not sent back
    assert isinstance(people.sign_in(desk.store, "lan", PASSWORD, "127.0.0.1", desk.now), str)
