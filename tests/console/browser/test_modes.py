"""The band of the emergency menu comes and goes by itself on every open page, and covers nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from ivr.city.flow.switches import throw_switch
from ivr.testing.browser import RunningConsole, no_reload, too_wide, violations

pytestmark = pytest.mark.browser
LIES = """() => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect();
    const band = box("#modes .banner");
    const bottom = document.elementFromPoint(band.left + band.width / 2, band.bottom - 2);
    return {
        "under the head": box(".head").bottom <= band.top + 0.5,
        "over the page": band.bottom <= box("#main > *").top + 0.5,
        "in sight": bottom.closest("#modes") !== null,
    };
}"""


@pytest.fixture
def throw(running: RunningConsole) -> Iterator[Callable[[bool], None]]:
    """Throws the emergency switch of the running console; it is off afterwards."""

    def throw(on: bool) -> None:
        throw_switch(running.seeded.settings, "emergency", on, datetime.now(UTC))

    yield throw
    throw(False)


def test_it_comes_and_goes_on_every_open_page_without_a_reload(
    open_page: Callable[..., Page], running: RunningConsole, throw: Callable[[bool], None]
) -> None:
    page = open_page("hoa", path="/tickets?tab=all")
    other = page.context.new_page()  # a second tab hears it from the first
    other.goto(f"/tickets/{running.seeded.ulid(4217)}")
    for tab in (page, other):
        expect(tab.locator("#live")).to_have_attribute("data-state", "on")
    with no_reload(page), no_reload(other):
        for _ in range(2):
            throw(True)
            for tab in (page, other):
                expect(tab.locator("#modes")).to_contain_text("Chế độ khẩn cấp đang bật")
            throw(False)
            for tab in (page, other):
                expect(tab.locator("#modes .banner")).to_have_count(0)
    throw(True)
    expect(page.locator("#modes")).to_contain_text("Chế độ khẩn cấp đang bật")
    page.get_by_role("link", name="Xem hệ thống").click()
    expect(page).to_have_url(f"{running.address}/health")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_it_is_read_in_both_themes_and_covers_nothing(
    open_page: Callable[..., Page],
    running: RunningConsole,
    throw: Callable[[bool], None],
    scheme: str,
    size: tuple[int, int],
) -> None:
    throw(True)
    page = open_page("hoa", path="/tickets?tab=all", size=size, scheme=scheme)
    for path in ("/tickets?tab=all", f"/tickets/{running.seeded.ulid(4217)}", "/health"):
        page.goto(path)
        band = page.locator("#modes .banner")
        expect(band).to_be_visible()
        assert violations(page) == [], path
        assert too_wide(page) == 0, path
        assert page.evaluate(LIES) == {"under the head": True, "over the page": True, "in sight": True}, path
    assert band.evaluate("band => band.offsetHeight") <= (40 if size[0] > 767 else 120)
