"""Signing in and out, a session that ends, language and colours."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ivr.testing.browser import RunningConsole

pytestmark = pytest.mark.browser


def test_signing_in_and_out_by_keyboard_alone(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page(None, path="/calls", expected=("401",))
    expect(page).to_have_title("Đăng nhập · 1022")
    expect(page.locator("#username")).to_be_focused()
    page.keyboard.type("lan")
    page.keyboard.press("Tab")
    page.keyboard.type("sai")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Tên đăng nhập hoặc mật khẩu chưa đúng.")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type("mat-khau-thu-1022")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{running.address}/calls")
    page.locator(".head .menu summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Đăng xuất").press("Enter")
    expect(page).to_have_title("Đăng nhập · 1022")


def test_a_session_that_ended_loses_nothing(open_page: Callable[..., Page], running: RunningConsole) -> None:
    path = f"/tickets/{running.seeded.ulid(4215)}"
    page = open_page("lan", path=path, expected=("401",))
    page.locator("#note").fill("đang viết dở")
    expect(page.locator("#note-draft")).to_contain_text("Đã lưu nháp")
    page.context.clear_cookies(name="tongdai_session")
    page.get_by_role("button", name="Lưu ghi chú").click()
    expect(page).to_have_title("Đăng nhập · 1022")
    page.locator("#username").fill("lan")
    page.locator("#password").fill("mat-khau-thu-1022")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{running.address}{path}")
    expect(page.locator("#note")).to_have_value("đang viết dở")


def test_language_and_theme(open_page: Callable[..., Page]) -> None:
    page = open_page("hoa")
    page.locator(".head .menu summary").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Tickets")
    assert not re.search(r"[ăâđơư]", page.locator(".filters, .tabs, thead, .rail").all_inner_texts()[0].lower())
    page.locator(".head .menu summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator(".head .menu summary").click()
    page.get_by_role("button", name="System").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.locator(".head .menu summary").click()
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page.locator("h1")).to_have_text("Phiếu phản ánh")
