"""Every page fits its window and can be read by everybody."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ivr.testing.browser import RunningConsole, too_wide, violations

pytestmark = pytest.mark.browser


def test_a_citizen_looks_up_a_report(open_page: Callable[..., Page]) -> None:
    page = open_page(None, path="/tra-cuu", size=(390, 844))
    page.get_by_label("Mã phản ánh").fill("DN26-004212-5")
    page.get_by_label("Bốn số cuối").fill("4555")
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.get_by_role("status")).to_contain_text("Sở Xây dựng")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["desk", "phone"])
def test_every_page_fits_and_can_be_read_by_everybody(
    open_page: Callable[..., Page], running: RunningConsole, size: tuple[int, int], scheme: str
) -> None:
    ulid = running.seeded.ulid(4217)
    missed = running.seeded.miss_call(f"+849113{size[0]:05}{len(scheme)}", 10)
    lists = (
        "/tickets?tab=all",
        "/tickets?tab=late&q=x",
        "/calls",
        "/board",
        "/call-backs",
        "/people",
        "/jobs?state=waiting",
    )
    others = (f"/tickets/{ulid}", f"/calls/{ulid}", f"/calls/{running.seeded.find_talk()}", f"/call-backs/{missed}")
    page = open_page("admin", path="/tickets", size=size, scheme=scheme)
    found: dict[str, list[str]] = {}
    for path in (*lists, *others, "/listening", "/login", "/tra-cuu"):
        page.goto(path)
        wider = too_wide(page)
        found[path] = violations(page) + ([f"{wider} px too wide"] if wider > 0 else [])
    assert {path: faults for path, faults in found.items() if faults} == {}
