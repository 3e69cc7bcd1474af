"""Who may see what: every page is guarded, roles, confidential tickets, sign-in with its limits, CSRF, headers."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console.app import create_app
from ivr.model import OFFERED_ROLES, Role
from ivr.model.permissions import GRANTS, Permission
from ivr.services import passwords
from ivr.store import open_store
from ivr.words import tr

SignIn = Callable[..., FlaskClient]
RANK = {Role.OPERATOR: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2}
"""The ladder that roles were until permissions were a table."""
FOR_ADMINISTRATORS = ("people.", "jobs.")
FOR_SUPERVISORS = ("desk.other", "doctor.", "listening.", "numbers.", "tickets.assign_form")
PUBLIC = {
    "static",
    "pages.index",
    "pages.preferences",
    "auth.sign_in",
    "auth.sign_out",
    "lookup.page",
    "health.healthz",
    "health.metrics",
    "health.csp_reports",
}


@pytest.fixture
def app(desk: Any) -> Flask:
    return create_app(desk.settings, desk.store, clock=lambda: desk.now)


def guards(app: Flask) -> dict[str, Permission | None]:
    """What each route names: a permission, or None for the public."""
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    silent = {name for name in routes if not hasattr(app.view_functions[name], "guarded_by")}
    assert not silent, "say @needs(Permission.X) or @public"
    return {name: app.view_functions[name].guarded_by for name in routes}  # type: ignore[attr-defined]


def test_every_route_names_its_permission_or_says_that_it_is_public(app: Flask) -> None:
    assert {name for name, permission in guards(app).items() if permission is None} == PUBLIC


@pytest.mark.parametrize("role", RANK)
def test_every_route_is_open_to_the_roles_it_was_open_to(app: Flask, role: Role) -> None:
    for name, permission in guards(app).items():
        least = RANK[Role.OPERATOR]
        if name.startswith(FOR_ADMINISTRATORS):
            least = RANK[Role.ADMIN]
        elif name.startswith(FOR_SUPERVISORS):
            least = RANK[Role.SUPERVISOR]
        if permission is not None:
            assert (permission in GRANTS[role].permissions) == (RANK[role] >= least), name


def test_the_people_page_offers_the_three_roles(sign_in: SignIn) -> None:
    text = sign_in("admin").get("/people/new").text
    offered = set(re.findall(r'<option [^>]*value="(\w+)"', text)) & set(Role)
    assert offered == set(OFFERED_ROLES) == set(RANK)
    form = {"username": "binh", "name": "Võ Bình", "role": Role.TEAM_LEAD.value}
    assert sign_in("admin").post("/people", data=form).status_code == 422


@pytest.mark.parametrize("path", ["/tickets", "/calls", "/people", "/jobs", "/find?q=a", "/password"])
def test_nobody_is_led_to_the_sign_in_page_and_back(sign_in: SignIn, path: str) -> None:
    answer = sign_in(None).get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=/")


def test_a_script_of_nobody_gets_401_and_a_sentence(sign_in: SignIn) -> None:
    answer = sign_in(None).get("/tickets", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.json is not None
    assert "đăng nhập" in answer.json["message"]


@pytest.mark.parametrize(
    ("username", "path", "status"),
    [
        ("lan", "/tickets", 200),
        ("lan", "/calls", 200),
        ("lan", "/people", 403),
        ("hoa", "/people", 403),
        ("admin", "/people", 200),
        ("hoa", "/jobs", 403),
        ("admin", "/jobs", 200),
        ("lan", "/health", 403),
        ("hoa", "/health", 200),
    ],
)
def test_roles_open_their_rooms_and_no_others(sign_in: SignIn, username: str, path: str, status: int) -> None:
    assert sign_in(username).get(path).status_code == status


@pytest.mark.parametrize("path", ["/people", "/people/1", "/people/1/password", "/people/1/lock", "/people/1/unlock"])
def test_only_administrators_change_people(sign_in: SignIn, path: str) -> None:
    assert sign_in("hoa").post(path).status_code == 403


def test_a_forbidden_page_says_so_in_words(sign_in: SignIn) -> None:
    assert "Vai trò của anh/chị không có quyền này" in sign_in("lan").get("/people").text


def test_a_confidential_ticket_is_for_supervisors(sign_in: SignIn, seeded: Any) -> None:
    ulid = seeded.ulid(4210)
    for path in (f"/tickets/{ulid}", f"/tickets/{ulid}/parts/said", f"/tickets/{ulid}/move?to=da_tiep_nhan"):
        assert sign_in("lan").get(path).status_code == 403
    assert sign_in("lan").post(f"/tickets/{ulid}/notes", data={"text": "xem"}).status_code == 403
    assert "một cửa phường" not in sign_in("lan").get("/tickets?tab=all").text
    assert "một cửa phường" not in sign_in("lan").get(f"/calls/{ulid}").text
    assert "Phiếu mật" in sign_in("lan").get(f"/calls/{ulid}").text
    assert "một cửa phường" in sign_in("hoa").get(f"/tickets/{ulid}").text


def test_numbers_are_masked_in_lists_and_for_who_has_no_need(sign_in: SignIn, seeded: Any) -> None:
    assert "0905 ••• 456" in sign_in("hoa").get("/calls").text
    for path in ("/calls", "/tickets?tab=all"):
        assert "0905 123 456" not in sign_in("hoa").get(path).text
    assert "0905 123 456" not in sign_in("minh").get(f"/tickets/{seeded.ulid(4213)}").text
    assert "0905 123 456" in sign_in("lan").get(f"/tickets/{seeded.ulid(4213)}").text  # Lan holds it
    assert "0905 ••• 456" in sign_in("hoa").get(f"/tickets/{seeded.ulid(4213)}").text  # shown for a reason


def test_signing_in_leads_to_the_page_that_was_asked_for(sign_in: SignIn, desk: Any) -> None:
    from_conftest = "mat-khau-thu-1022"
    client = sign_in(None)
    form = {"username": "lan", "password": from_conftest, "next": "/calls?q=0905"}
    answer = client.post("/login", data=form)
    assert (answer.status_code, answer.location) == (302, "/calls?q=0905")
    cookie = client.get_cookie("tongdai_session")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert client.get("/calls").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example/x", "//evil.example/x", "/\\evil.example/x"])
def test_no_link_leads_away_through_the_sign_in_page(sign_in: SignIn, elsewhere: str) -> None:
    form = {"username": "lan", "password": "mat-khau-thu-1022", "next": elsewhere}
    location = sign_in(None).post("/login", data=form).location
    assert re.match(r"/[^/\\]", location)


def test_wrong_passwords_end_in_a_pause_before_hashing(
    sign_in: SignIn, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(None)
    monkeypatch.setattr(passwords, "verify", lambda stored, password: False)
    for _ in range(5):
        answer = client.post("/login", data={"username": "lan", "password": "sai"})
        assert answer.status_code == 401
        assert "chưa đúng" in answer.text

    def no_hashing(stored: str, password: str) -> bool:
        raise AssertionError("hashed although locked")

    monkeypatch.setattr(passwords, "verify", no_hashing)
    answer = client.post("/login", data={"username": "lan", "password": "mat-khau-thu-1022"})
    assert answer.status_code == 429
    assert "Đã sai nhiều lần" in answer.text


@pytest.fixture
def two_processes(desk: Any) -> Iterator[tuple[FlaskClient, FlaskClient]]:
    """One browser at two processes of the console: an application and a store each, nothing shared but the home."""
    stores = [open_store(desk.settings) for _ in range(2)]
    apps = [create_app(desk.settings, store, clock=lambda: desk.now) for store in stores]
    first, second = (app.test_client() for app in apps)
    yield first, second
    for store in stores:
        store.close()


def carry_cookies(there: FlaskClient, here: FlaskClient) -> None:
    """What a browser does: the next request may reach the other process."""
    for name in ("tongdai_session", "tongdai_form"):
        cookie = there.get_cookie(name)
        if cookie is not None:
            here.set_cookie(name, cookie.value)


def csrf_token(client: FlaskClient, path: str) -> str:
    return client.get(path).text.split('name="csrf-token" content="')[1].split('"')[0]


def test_two_processes_count_wrong_passwords_together(
    two_processes: tuple[FlaskClient, FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "verify", lambda stored, password: False)
    statuses = []
    for number in range(6):
        client = two_processes[number % 2]
        form = {"username": "lan", "password": "sai", "csrf_token": csrf_token(client, "/login")}
        statuses.append(client.post("/login", data=form).status_code)
    assert statuses == [401] * 5 + [429]


def test_what_one_process_gives_the_other_knows(two_processes: tuple[FlaskClient, FlaskClient], seeded: Any) -> None:
    here, there = two_processes
    form = {"username": "lan", "password": "mat-khau-thu-1022", "csrf_token": csrf_token(here, "/login")}
    assert here.post("/login", data=form).status_code == 302
    token = csrf_token(here, "/tickets")
    carry_cookies(here, there)
    ulid = seeded.ulid(4213)  # Lan holds it
    played = there.post(f"/recordings/{ulid}/plays", json={}, headers={"X-CSRFToken": token})
    assert played.status_code == 200
    with here.get(played.json["url"]) as audio:  # type: ignore[index]  # a status of 200 has JSON
        assert audio.status_code == 200
    assert there.post("/logout", data={"csrf_token": token}).status_code == 302
    assert here.get("/tickets").status_code == 302


def test_signing_out_ends_the_session_itself(sign_in: SignIn, desk: Any) -> None:
    client = sign_in("lan")
    stolen = client.get_cookie("tongdai_session")
    assert stolen is not None
    client.post("/logout")
    client.set_cookie("tongdai_session", stolen.value)
    assert client.get("/tickets").status_code == 302


def test_a_session_ends_after_its_hours(sign_in: SignIn, desk: Any) -> None:
    client = sign_in("lan")
    desk.now += timedelta(hours=desk.settings.session_hours, seconds=1)
    assert client.get("/tickets").status_code == 302


def test_changing_the_password_needs_the_old_one_and_keeps_this_browser(sign_in: SignIn) -> None:
    client = sign_in("lan")
    assert "chưa đúng" in client.post("/password", data={"old": "sai", "new": "mot-mat-khau-moi"}).text
    assert "10 ký tự" in client.post("/password", data={"old": "mat-khau-thu-1022", "new": "ngan"}).text
    answer = client.post("/password", data={"old": "mat-khau-thu-1022", "new": "mot-mat-khau-moi"})
    assert answer.location == "/tickets"
    assert "Đã đổi mật khẩu" in client.get("/tickets").text


def test_nothing_changes_without_the_csrf_token(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("lan", csrf=True)
    path = f"/tickets/{seeded.ulid(4217)}/notes"
    refused = client.post(path, data={"text": "xin chào"}, headers={"HX-Request": "true"})
    assert refused.status_code == 400
    assert refused.json is not None
    assert "tải lại trang" in refused.json["message"]
    token = client.get("/tickets").text.split('name="csrf-token" content="')[1].split('"')[0]
    accepted = client.post(path, data={"text": "xin chào"}, headers={"HX-Request": "true", "X-CSRFToken": token})
    assert accepted.status_code == 204
    assert sign_in(None, csrf=True).post("/login", data={"username": "lan"}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({}, True),
        ({"Referer": "https://1022.example.vn/login"}, True),
        ({"Origin": "https://1022.example.vn"}, True),
        ({"Origin": "https://1022.example.vn:443"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://1022.example.vn.evil.example"}, False),
        ({"Origin": "http://["}, False),
        ({"X-Forwarded-Host": "1022.example.vn:443"}, True),
        ({"Referer": "https://elsewhere.example/"}, True),
    ],
)
def test_behind_https_token_and_origin_decide_and_no_referer_is_asked_for(
    desk: Any, headers: dict[str, str], accepted: bool
) -> None:
    settings = desk.settings.model_copy(update={"public_url": "https://1022.example.vn"})
    client = create_app(settings, desk.store, clock=lambda: desk.now).test_client()
    proxy = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "1022.example.vn"}
    page = client.get("/login", headers=proxy, base_url="https://1022.example.vn")
    token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
    form = {"username": "lan", "password": "mat-khau-thu-1022"}
    sent = {"headers": {**proxy, **headers}, "base_url": "https://1022.example.vn"}
    assert client.post("/login", data=form, **sent).status_code == 400  # without the token
    answer = client.post("/login", data={**form, "csrf_token": token}, **sent)
    assert answer.status_code == (302 if accepted else 400)


def test_a_choice_of_language_leads_back_without_a_referer(sign_in: SignIn) -> None:
    client = sign_in("lan")
    assert 'name="next" value="/calls?q=1"' in client.get("/calls?q=1").text
    answer = client.post("/preferences", data={"theme": "dark", "next": "/calls?q=1"})
    assert (answer.status_code, answer.location) == (302, "/calls?q=1")
    assert client.post("/preferences", data={"next": "https://evil.example/x"}).location == "/x"


def test_no_inline_script_or_style_is_allowed_and_the_nonce_is_new_each_time(sign_in: SignIn) -> None:
    client = sign_in("lan")
    first, second = (client.get("/tickets").headers["Content-Security-Policy"] for _ in range(2))
    assert "script-src 'self';" in first
    assert "unsafe" not in first
    assert "connect-src 'self' http://127.0.0.1:8023;" in first
    assert first != second


@pytest.mark.parametrize("path", ["/login", "/tra-cuu", "/tickets", "/calls", "/people"])
def test_pages_hold_no_inline_script_style_or_handler(sign_in: SignIn, seeded: Any, path: str) -> None:
    text = sign_in("admin").get(path).text
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick" not in text
    assert text.count("<script") == text.count("<script src=") + text.count('<script type="application/json"')


def test_localhost_leads_to_the_address_the_hub_knows(sign_in: SignIn) -> None:
    answer = sign_in(None).get("/tra-cuu?a=1", base_url="http://localhost:8022")
    assert answer.location == "http://127.0.0.1:8022/tra-cuu?a=1"


def test_language_and_theme_are_kept_for_the_person_and_the_browser(sign_in: SignIn) -> None:
    client = sign_in("lan")
    client.post("/preferences", data={"language": "en", "theme": "dark"}, headers={"Referer": "/calls?q=1"})
    assert '<html lang="en" data-theme="dark"' in client.get("/calls").text
    assert '<html lang="en" data-theme="dark"' in sign_in("lan").get("/calls").text  # another browser
    assert "Too many" not in client.get("/login").text
    assert client.post("/preferences", data={"language": "xx"}).status_code == 302
    assert '<html lang="en"' in client.get("/calls").text


def test_a_readers_language_ends_with_the_request(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    app.test_client().get("/login")  # in Vietnamese: no language is chosen yet
    assert tr("Tiếng Việt", "English") == "English"
