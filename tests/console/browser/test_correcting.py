"""Correcting a text while it is heard: keys of the sound under Vietnamese keyboards, words that stay alive."""

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from ivr.testing.browser import RunningConsole, no_reload

pytestmark = pytest.mark.browser
KEYS = {"F3": 114, "F7": 118}
TEXT = "ngõ? nhà tôi ngập nước từ hôm qua đến nay chưa rút? xin cho người đến khơi cống"


def editing(open_page: Callable[..., Page], running: RunningConsole, number: int) -> Page:
    """A ticket of Lan's, its text open for correction and the field focused."""
    ulid, hear = running.seeded.report_now(number, TEXT)
    hear()
    page = open_page("lan", path=f"/tickets/{ulid}")
    page.keyboard.press("F8")
    expect(page.locator("#part-bar")).to_contain_text("Anh/chị đang xử lý")
    page.get_by_role("button", name="Sửa nội dung").click()
    expect(page.locator("#corrected")).to_be_focused()
    page.keyboard.press("Control+End")
    return page


def press(client: CDPSession, name: str) -> None:
    """A key as the system gives it while a keyboard composes: neither ends the composition nor types anything."""
    key = {"key": "Process", "code": name, "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": KEYS[name]}
    client.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    client.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})


def test_the_sound_is_driven_while_telex_composes(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = editing(open_page, running, 4330)
    player, now = page.locator("[data-player]"), page.locator("[data-part=now]")
    client = page.context.new_cdp_session(page)

    def compose(text: str) -> None:
        client.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})

    for state, steps in (("playing", ("d", "đ", "đư")), ("paused", ("p", "ph", "phô"))):  # twice in a row
        page.keyboard.type(" ")
        for text in steps:
            compose(text)
        press(client, "F3")
        expect(player).to_have_attribute("data-state", state)
        compose(steps[-1] + "ờ")
        client.send("Input.insertText", {"text": steps[-1] + "ờng"})
        expect(page.locator("#corrected")).to_be_focused()
    expect(page.locator("#corrected")).to_have_value(
        f"{page.locator('#corrected').evaluate('field => field.defaultValue')} đường phôờng"
    )
    page.locator(".said .word").last.click()
    expect(now).not_to_have_text("0:00")
    page.locator("#corrected").focus()
    page.keyboard.press("Control+End")
    place = page.get_by_role("slider").get_attribute("aria-valuenow")
    compose("x")
    press(client, "F7")
    expect(page.get_by_role("slider")).not_to_have_attribute("aria-valuenow", place or "")


def test_the_sound_is_driven_while_vni_rewrites_letters(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    """Keyboards that take letters back and write others: d, 9 → Backspace, đ."""
    page = editing(open_page, running, 4331)
    player = page.locator("[data-player]")
    page.keyboard.type(" d")
    page.keyboard.press("F3")
    expect(player).to_have_attribute("data-state", "playing")
    page.keyboard.press("Backspace")
    page.keyboard.insert_text("đ")
    page.keyboard.type("ê")
    page.keyboard.press("F7")
    page.keyboard.press("Backspace")
    page.keyboard.insert_text("ến")
    page.keyboard.press("F3")
    expect(player).to_have_attribute("data-state", "paused")
    assert page.locator("#corrected").input_value().endswith(" đến")


def test_words_stay_alive_and_doubts_go_with_the_correction(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = editing(open_page, running, 4332)
    words, unsure = page.locator(".said .word"), page.locator(".said .unsure")
    with no_reload(page):
        expect(unsure).to_have_count(2)
        words.nth(3).click()
        expect(page.locator("[data-player]")).to_have_attribute("data-state", "playing")
        expect(page.locator(".said .word.now")).to_have_count(1)
        field = page.locator("#corrected")
        field.fill(field.input_value().replace("Ngõ", "Hẻm"))
        expect(unsure).to_have_count(1)
        field.fill(field.input_value().replace("Hẻm", "Ngõ"))
        expect(unsure).to_have_count(2)
        for text in ("Hẻm nhà tôi ngập nước.", "Hẻm nhà tôi ngập sâu."):  # twice in a row
            field.fill(text)
            field.evaluate(
                "field => { field.style.height = '300px'; }"
            )  # by its corner: no breach of the policy follows
            page.keyboard.press("Control+Enter")
            expect(page.locator(".said[data-said]")).to_have_text(text)
            expect(unsure).to_have_count(0)
            expect(page.get_by_role("button", name="Sửa nội dung")).to_be_focused()
            page.keyboard.press("Enter")
            expect(field).to_be_focused()
        field.fill("")
        page.keyboard.press("Control+Enter")
        expect(field).to_be_visible()
        page.get_by_role("button", name="Hủy").click()
        expect(page.locator(".said[data-said]")).to_have_text("Hẻm nhà tôi ngập sâu.")


def test_what_somebody_else_changed_is_said_and_ones_own_acts_are_not(
    open_page: Callable[..., Page], running: RunningConsole
) -> None:
    page = editing(open_page, running, 4333)
    field = page.locator("#corrected")
    field.fill("Hẻm nhà tôi")
    page.locator("#kind").select_option("kien_nghi")
    expect(page.locator("#part-history")).to_contain_text("Kiến nghị")
    expect(page.locator("#notices")).not_to_contain_text("Người khác")
    other = open_page("hoa", path=page.url)
    other.get_by_role("button", name="Sửa nội dung").click()
    other.locator("#corrected").fill("Ngõ nhà chị Hoa")
    other.keyboard.press("Control+Enter")
    expect(page.locator("#notices")).to_contain_text("Người khác vừa sửa nội dung này")
    expect(field).to_have_value("Hẻm nhà tôi")


def test_a_reader_hears_which_word_the_arrows_are_on(open_page: Callable[..., Page], running: RunningConsole) -> None:
    page = open_page("lan", path=f"/tickets/{running.seeded.ulid(4217)}")
    expect(page.locator(".said[data-said]")).to_be_focused()  # the words come first
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-spoken-word]")).to_contain_text("Đường, giây")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-spoken-word]")).to_contain_text("nguyễn, giây")
