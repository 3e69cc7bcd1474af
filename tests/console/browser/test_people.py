"""The people page and one's own password in a browser: by keyboard, in dialogs, on a telephone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from ivr.model import Person, Role
from ivr.services import people
from ivr.testing.browser import RunningConsole, Scheme, too_wide, violations

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
LONG_NAME = "Nguyễnhoàngphươngthảovylinhchâu"
"""31 letters without a space."""


@pytest.fixture
def person(running: RunningConsole, request: pytest.FixtureRequest) -> str:
    """The user name of an operator of the test's own, Mai by name."""
    username = f"mai{abs(hash(request.node.name)) % 10**9}"
    with running.seeded.store.transaction() as session:
        people.create_person(session, username, "Mai", Role.OPERATOR, "xuân vàng đá cuốc", running.seeded.now)
    return username


def row_of(page: Page, username: str) -> Locator:
    return page.locator(".people tbody tr").filter(has=page.get_by_role("cell", name=username, exact=True))


def own_number(running: RunningConsole, username: str) -> tuple[str, str]:
    """Where the administrator's account stands in an address, and where this person's own does."""
    with running.seeded.store.reading() as session:
        found = [people.get_person(session, name).id for name in ("admin", username)]
    return f"/people/{found[0]}/", f"/people/{found[1]}/"


def test_every_dialog_opens_twice_and_by_keyboard_alone(open_page: OpenPage, person: str) -> None:
    page = open_page("admin", path="/people")
    row, dialog = row_of(page, person), page.locator("dialog#ask")
    openers = [page.get_by_role("link", name="Thêm người"), *row.get_by_role("link").all()]
    assert len(openers) == 4
    for opener in openers:
        for _ in range(2):
            opener.focus()
            page.keyboard.press("Enter")
            expect(dialog).to_be_visible()
            expect(dialog.locator("form")).to_have_count(1)
            assert dialog.locator(":focus").count() == 1
            assert violations(page) == []
            page.keyboard.press("Escape")
            expect(dialog).to_be_hidden()
            expect(opener).to_be_focused()


def test_a_person_is_added_told_about_and_signs_in(open_page: OpenPage, running: RunningConsole) -> None:
    page = open_page("admin", path="/people", expected=("422",))
    page.get_by_role("link", name="Thêm người").click()
    dialog = page.locator("dialog#ask")
    expect(dialog.get_by_label("Họ tên")).to_be_focused()
    page.keyboard.type(LONG_NAME)
    page.keyboard.press("Tab")
    page.keyboard.type("lan")
    page.keyboard.press("Enter")
    username = dialog.get_by_label("Tên đăng nhập")
    expect(username).to_be_focused()  # said in the dialog, beside the field, which has the cursor
    expect(username).to_have_attribute("aria-invalid", "true")
    expect(username).to_have_accessible_description("Viết liền, không dấu cách. Tên đăng nhập lan đã có.")
    expect(dialog.get_by_label("Họ tên")).to_have_value(LONG_NAME)
    assert violations(page) == []
    username.fill("thaovy")
    page.keyboard.press("Enter")
    shown = page.locator(".first-password")
    expect(shown).to_be_visible()
    secret = shown.inner_text()
    page.reload()
    expect(shown).to_have_count(0)

    own = open_page(None, path="/login?next=/calls")
    own.get_by_label("Tên đăng nhập").fill("thaovy")
    own.get_by_label("Mật khẩu", exact=True).fill(secret)
    own.keyboard.press("Enter")
    expect(own).to_have_title("Đặt mật khẩu riêng · 1022")
    field = own.get_by_label("Mật khẩu mới")
    expect(field).to_be_focused()
    own.get_by_role("button", name="Hiện mật khẩu").click()
    expect(field).to_have_attribute("type", "text")
    field.fill("năm con vịt trời")
    own.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(own).to_have_title("Cuộc gọi · 1022")
    with running.seeded.store.reading() as session:
        found = session.scalars(select(Person).where(Person.username == "thaovy")).one()
        assert (found.name, found.must_change_password) == (LONG_NAME, False)


def test_a_reset_can_be_called_off_and_is_done_once(open_page: OpenPage, running: RunningConsole, person: str) -> None:
    def kept() -> str:
        with running.seeded.store.reading() as session:
            return people.get_person(session, person).password_hash

    before = kept()
    page = open_page("admin", path="/people")
    dialog = page.locator("dialog#ask")
    row_of(page, person).get_by_role("link", name="Cấp lại mật khẩu… Mai").click()
    expect(dialog.get_by_text(f"Mật khẩu của Mai ({person})")).to_be_visible()
    dialog.get_by_role("link", name="Hủy").click()
    expect(dialog).to_be_hidden()
    assert kept() == before
    row_of(page, person).get_by_role("link", name="Cấp lại mật khẩu… Mai").click()
    dialog.get_by_role("button", name="Cấp lại mật khẩu").click()
    expect(page.locator(".first-password")).to_be_visible()
    after = kept()
    assert after != before
    page.reload()
    expect(page.locator(".first-password")).to_have_count(0)
    assert kept() == after


def test_a_refusal_is_said_inside_its_dialog(open_page: OpenPage, running: RunningConsole, person: str) -> None:
    with running.seeded.store.transaction() as session:
        people.set_role(session, people.get_person(session, person), Role.ADMIN)
    page = open_page(person, path="/people", expected=("422",))
    row_of(page, "admin").get_by_role("link", name="Khóa… Quản trị").click()
    dialog = page.locator("dialog#ask")
    expect(dialog).to_be_visible()
    page.route("**/lock", lambda route: route.continue_(url=route.request.url.replace(*own_number(running, person))))
    dialog.get_by_role("button", name="Khóa tài khoản").click()
    expect(dialog.get_by_role("alert")).to_have_text("Không thể tự khóa tài khoản của chính mình.")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    with running.seeded.store.transaction() as session:
        people.set_role(session, people.get_person(session, person), Role.OPERATOR)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["wide", "phone"])
def test_long_names_wrap_and_every_form_can_be_read(
    open_page: OpenPage, running: RunningConsole, person: str, size: tuple[int, int], scheme: Scheme
) -> None:
    with running.seeded.store.transaction() as session:
        added = people.get_person(session, person)
        people.rename(session, added, username=person, name=LONG_NAME)
        number = added.id
    page = open_page("admin", path="/people", size=size, scheme=scheme, expected=("422",))
    found: dict[str, list[str]] = {}
    for path in ("/people", "/people/new", *(f"/people/{number}{what}" for what in ("", "/password", "/lock"))):
        page.goto(path)
        wider = too_wide(page)
        found[path] = violations(page) + ([f"{wider} px too wide"] if wider > 0 else [])
    page.goto("/password")
    page.get_by_role("button", name="Đổi mật khẩu").click()
    expect(page.get_by_label("Mật khẩu đang dùng")).to_be_focused()
    found["/password"] = violations(page)
    assert {path: faults for path, faults in found.items() if faults} == {}
