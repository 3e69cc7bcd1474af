"""The public page says what is recorded, which rights a citizen has and whom to complain to."""

from collections.abc import Callable

from flask.testing import FlaskClient

SignIn = Callable[..., FlaskClient]


def test_the_page_says_what_the_telephone_says_under_key_7(sign_in: SignIn) -> None:
    text = sign_in(None).get("/tra-cuu").text
    assert 'id="quyen-du-lieu"' in text
    assert "người trực luôn là người quyết định" in text, "the prompt of the data rights"
    assert "nhấn phím 0 khi nghe hướng dẫn" in text
    assert "hoặc gửi Trung tâm Thông tin và Giám sát" in text, "the office that runs the hotline"


def test_in_english_too(sign_in: SignIn) -> None:
    client = sign_in(None)
    client.set_cookie("tongdai_language", "en")
    text = client.get("/tra-cuu").text
    assert "Recording and your data rights" in text
    assert "a person always decides" in text
