"""What people see when something is away or broken, and that the console recovers by itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import abort
from flask.testing import FlaskClient

from console.app import create_app
from ivr.errors import TongdaiError
from ivr.settings import load_settings
from ivr.store import Store, make_engine
from ivr.testing.database import sqlite_store

SignIn = Callable[..., FlaskClient]


def test_an_absent_database_is_told_and_tried_again(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    folder = tmp_path / "away"
    store = Store(make_engine(f"sqlite+pysqlite:///{folder / 'tongdai.db'}", busy=0.2))
    client = create_app(settings, store).test_client()
    client.set_cookie("tongdai_session", "whoever")
    try:
        page = client.get("/tickets")
        assert page.status_code == 503
        assert "Chưa dùng được cơ sở dữ liệu" in page.text
        assert "Tổng đài vẫn nhận cuộc gọi" in page.text
        assert '<meta http-equiv="refresh" content="5">' in page.text
        assert page.headers["Retry-After"] == "5"
        fragment = client.get("/tickets", headers={"HX-Request": "true"})
        assert fragment.status_code == 503
        assert fragment.json is not None
        client.set_cookie("tongdai_language", "en")
        assert "The database cannot be used now" in client.get("/tickets").text
        assert client.get("/healthz").status_code == 503
        assert "tongdai_store_up 0.0" in client.get("/metrics").text
        folder.mkdir()
        with sqlite_store(folder):
            pass
        assert client.get("/healthz").status_code == 200
        assert client.get("/tickets").status_code == 302  # that cookie signs no one in
    finally:
        store.close()


def test_a_change_that_was_not_saved_is_told(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("lan")
    ulid = seeded.ulid(4217)
    with seeded.store.transaction() as holder:
        holder.connection()  # the writers' lock, held for longer than anybody waits
        answer = client.post(f"/tickets/{ulid}/notes", data={"text": "ghi"}, headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert answer.json is not None
    assert "nội dung đã gõ vẫn còn" in answer.json["message"]


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (RuntimeError("x"), 500, "Lỗi đã được ghi vào nhật ký"),
        (TongdaiError("Việc này chưa làm được."), 422, "Việc này chưa làm được."),
    ],
)
def test_errors_in_words(desk: Any, raised: Exception, status: int, said: str) -> None:
    app = create_app(desk.settings, desk.store)

    @app.get("/fails")
    def fails() -> str:
        raise raised

    answer = app.test_client().get("/fails")
    assert answer.status_code == status
    assert said in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("status", [400, 404, 405, 413, 418])
def test_every_status_has_a_page(desk: Any, status: int) -> None:
    app = create_app(desk.settings, desk.store)
    app.add_url_rule("/aborts", view_func=lambda: abort(status))
    answer = app.test_client().get("/aborts")
    assert answer.status_code == status
    assert f"Lỗi {status}" in answer.text


def test_a_redirect_passes(desk: Any) -> None:
    app = create_app(desk.settings, desk.store)
    assert app.test_client().get("/tickets/").status_code in {302, 308, 404}


def test_too_long_a_text_is_refused(sign_in: SignIn, seeded: Any) -> None:
    answer = sign_in("lan").post(
        f"/tickets/{seeded.ulid(4217)}/notes", data={"text": "a" * 300_000}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 413


def test_behind_a_proxy_the_citizens_own_address_counts(tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as store:
        settings = load_settings(
            home=tmp_path, public_url="https://1022.example.vn", hub_url="https://1022.example.vn/hub"
        )
        client = create_app(settings, store).test_client()
        answer = client.get("/tra-cuu", headers={"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"})
        assert answer.headers["Strict-Transport-Security"]
        assert "Secure" in answer.headers["Set-Cookie"]
        assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404
