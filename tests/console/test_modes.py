"""While a switch is on every page says which, for which cities, and since when."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from ivr.city.flow.switches import FILE, get_stamp, throw_switch

SignIn = Callable[..., FlaskClient]
PAGES = ("/tickets", "/calls", "/listening", "/people", "/health", "/jobs", "/password")


def band(text: str) -> str:
    """The words of the band, without tags."""
    found = text.split('id="modes"')[1].split('<div id="stale"')[0]
    return " ".join(re.sub(r"<[^>]*>", " ", found.split(">", 1)[1]).split())


def test_every_page_says_that_the_emergency_menu_is_on(sign_in: SignIn, seeded: Any) -> None:
    client = sign_in("admin")
    paths = (*PAGES, f"/tickets/{seeded.ulid(4217)}", f"/calls/{seeded.ulid(4217)}")
    assert {band(client.get(path).text) for path in paths} == {""}
    throw_switch(seeded.settings, "emergency", True, seeded.now - timedelta(minutes=30))
    cities = "thành phố Đà Nẵng, tỉnh Đồng Tháp, thành phố Hải Phòng"
    said = (
        f"Chế độ khẩn cấp đang bật từ 15/09/2026 09:00: người gọi {cities} nghe danh mục khác thường lệ. Xem hệ thống"
    )
    for path in paths:
        text = client.get(path).text
        assert band(text) == said, path
        assert f'data-stamp="{get_stamp(seeded.settings)}"' in text
    client.post("/preferences", data={"language": "en"})
    assert band(client.get("/tickets").text).startswith(
        "The emergency menu is on since 15/09/2026 09:00: callers of Da"
    )
    throw_switch(seeded.settings, "emergency", False, seeded.now)
    assert band(client.get("/tickets").text) == ""


def test_operators_read_it_too_without_a_page_they_may_not_see(sign_in: SignIn, desk: Any) -> None:
    throw_switch(desk.settings, "emergency", True, desk.now)
    client = sign_in("lan")
    assert "Chế độ khẩn cấp đang bật" in band(client.get("/tickets").text)
    assert "/health" not in client.get("/modes", headers={"HX-Request": "true"}).text
    assert sign_in(None).get("/modes").status_code == 302


@pytest.mark.parametrize(
    "written",
    ["storm = true\n", "emergency = false\n", "emergency: on\n", "emergency = 1\n", "[since]\nemergency = 1\n"],
)
def test_what_changes_no_menu_is_no_band(sign_in: SignIn, desk: Any, written: str) -> None:
    (desk.settings.home / FILE).write_text(written, encoding="utf-8")
    assert band(sign_in("hoa").get("/tickets").text) == ""


def test_who_calls_themselves_a_citizen_sees_none(sign_in: SignIn, desk: Any) -> None:
    throw_switch(desk.settings, "emergency", True, desk.now)
    for path in ("/login", "/tra-cuu"):
        assert "khẩn cấp đang bật" not in sign_in(None).get(path).text
