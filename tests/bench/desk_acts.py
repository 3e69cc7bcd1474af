"""Twenty everyday acts of the desk: whose, where they begin, what the hands do, and what is seen when it is done."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page
from sqlalchemy import select

from ivr.model import State, WorkItem, WorkState
from ivr.model.code import make_code
from ivr.services import casework, listing, people
from ivr.testing.browser import Pages, RunningConsole
from ivr.testing.console import PASSWORD
from ivr.testing.hands import MINE, PLAYS, WORDS, Hands, work_by_keys, work_by_mouse

TEXT = "xe buýt tuyến mười hai bỏ bến chợ cồn sáng nay nhiều người chờ"
_NUMBERS = itertools.count(7000)
"""Running numbers of reports that no seeded one has."""


@dataclass(kw_only=True)
class Desk:
    """A running console, and what an act begins from."""

    running: RunningConsole
    pages: Pages

    def report(self, text: str = TEXT, **differs: Any) -> int:
        """A new report, heard; its number."""
        number = next(_NUMBERS)
        _, hear = self.running.seeded.report_now(number, text, **differs)
        hear()
        return number

    def own(self, to: State | None = None) -> int:
        """A report that Lan works on, moved on to a state."""
        number, seeded = self.report(), self.running.seeded
        with seeded.store.transaction() as session:
            lan = people.get_person(session, "lan")
            found = listing.find_ticket_of_report(session, seeded.ulid(number))
            assert found is not None
            ticket = casework.take(session, found.id, lan, found.version, seeded.now)
            if to is not None:
                reason = "đã trả lời người dân"
                agency = "so-xay-dung"
                casework.move(session, ticket.id, to, lan, reason, ticket.version, seeded.now, agency=agency)
        return number

    def ticket(self, number: int, username: str = "lan") -> Page:
        """The page of a report."""
        page = self.pages.open(username, path=f"/tickets/{self.running.seeded.ulid(number)}")
        page.locator(f"html[data-ready] {WORDS}").wait_for()
        return page

    def at(self, path: str, username: str | None = "lan", ready: str = "html[data-ready]") -> Page:
        """Any page."""
        page = self.pages.open(username, path=path)
        page.locator(ready).first.wait_for()
        return page


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act: ``begin`` opens the page it begins from, ``do`` is what is counted and measured."""

    name: str
    begin: Callable[[Desk], Page]
    do: Callable[[Hands], None]


def _own(to: State | None = None) -> Callable[[Desk], Page]:
    return lambda desk: desk.ticket(desk.own(to))


def _unclassified(desk: Desk) -> Page:
    page = desk.ticket(desk.report(category=None))
    page.keyboard.press("F8")
    page.locator(MINE).wait_for()
    return page


def _sign_in(hands: Hands) -> None:
    hands.type("lan")
    hands.press("Tab")
    hands.type(PASSWORD)
    hands.press("Enter")
    hands.see(".list .row-link")


def _open(hands: Hands) -> None:
    hands.press("ArrowDown", "Enter")
    hands.see(WORDS)


def _take(hands: Hands) -> None:
    hands.press("F8")
    hands.see(MINE)


def _hear(hands: Hands) -> None:
    hands.press("F3")
    hands.see(PLAYS)


def _jump(hands: Hands) -> None:
    hands.click(f"{WORDS} .word >> nth=8")
    hands.see(f"{WORDS} .word.now")
    hands.see(PLAYS)


def _correct(hands: Hands) -> None:
    hands.press("Tab", "Enter")
    hands.see("#corrected:focus")
    hands.type("Gấp: ")
    hands.press("Control+Enter")
    hands.see(f"{WORDS}:has-text('Gấp:')")


def _classify(hands: Hands) -> None:
    hands.press("Tab", "Tab", "Tab")
    hands.see("#category:focus")
    hands.press("x")
    hands.see("#part-history:has-text('Xe buýt')")


def _send(hands: Hands) -> None:
    hands.press("F8")
    hands.see("#ask[open] #move-category:focus")
    hands.type("x")
    hands.find("agency", "so-xay-dung")
    hands.press("Control+Enter")
    hands.see("#part-bar:has-text('Đã chuyển xử lý')")


def _tell(opener: str, text: str, state: str, *, in_menu: bool = False) -> Callable[[Hands], None]:
    """A step with a sentence: its button, in the bar or in its menu, the sentence, sent."""

    def do(hands: Hands) -> None:
        if in_menu:
            hands.click("#act-more")
        hands.click(f"button:has-text('{opener}')")
        hands.see("#move-reason:focus")
        hands.type(text)
        hands.press("Control+Enter")
        hands.see(f"#part-bar:has-text('{state}')")

    return do


def _refuse(hands: Hands) -> None:
    hands.click("#act-more")
    hands.click("button:has-text('Từ chối tiếp nhận')")
    hands.see("#refusal:focus")
    hands.press("N")
    hands.press("Tab")
    hands.type("việc của tỉnh bạn")
    hands.press("Control+Enter")
    hands.see("#part-bar:has-text('Không tiếp nhận')")


def _merge(hands: Hands) -> None:
    hands.click("#act-more")
    hands.click("button:has-text('Gộp vào phiếu đã có')")
    hands.see("#duplicate:focus")
    hands.type(f"DN{make_code(2026, 4216)}")
    hands.press("Control+Enter")
    hands.see("#part-side:has-text('Trùng với')")


def _note(hands: Hands) -> None:
    hands.click("#note")
    hands.type("Đã gọi lại, người dân hẹn chiều nay.")
    hands.press("Control+Enter")
    hands.see("#part-history:has-text('hẹn chiều nay')")


def _search(typed: str, heading: str) -> Callable[[Hands], None]:
    def do(hands: Hands) -> None:
        hands.press("Control+k")
        hands.type(typed)
        hands.press("Enter")
        hands.see(f"h1:has-text('{heading}')")

    return do


def _filter(hands: Hands) -> None:
    hands.choose("#tools select[name=category]", "tieng-on")
    hands.see(".list tbody:not(:has(tr:nth-child(2)))")


def _next(hands: Hands) -> None:
    left = hands.page.url
    hands.press("F8")
    hands.page.wait_for_url(lambda url: url != left)
    hands.see(".on-ticket, .list")


def _who_heard(hands: Hands) -> None:
    hands.click(".rail a[href='/listening']")
    hands.see("h1:has-text('Ai đã nghe')")


def _parked(desk: Desk) -> Page:
    ulid = desk.running.seeded.ulid(desk.report())
    with desk.running.seeded.store.transaction() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.subject == ulid)).one()
        item.state, item.error = WorkState.PARKED, "MP3"
    return desk.at("/jobs", "admin")


def _retry(hands: Hands) -> None:
    hands.click("form[action$='/retry'] button")
    hands.see(".notice")


def _two(desk: Desk, by: str) -> tuple[Page, str]:
    """A list of two new reports that no category was chosen for; the second one's ULID."""
    mark = next(_NUMBERS)
    for _ in range(2):
        desk.report(f"{TEXT} {by} {mark}", category=None)
    page = desk.at(f"/tickets?tab=new&q=bến+chợ+cồn+{by}+{mark}", ready="html[data-ready] .list .row-link")
    second = str(page.locator(".list .row-link").nth(1).get_attribute("href"))
    return page, second.rsplit("/", 1)[-1]


ACTS = (
    Act(name="sign in", begin=lambda desk: desk.at("/tickets?tab=all", None, "#username:focus"), do=_sign_in),
    Act(name="open the first ticket of a list", begin=lambda desk: desk.at("/tickets?tab=all"), do=_open),
    Act(name="take", begin=lambda desk: desk.ticket(desk.report()), do=_take),
    Act(name="hear the recording", begin=_own(), do=_hear),
    Act(name="hear from a word on", begin=_own(), do=_jump),
    Act(name="correct the text", begin=_own(), do=_correct),
    Act(name="classify", begin=_own(), do=_classify),
    Act(name="send to the proposed agency", begin=_unclassified, do=_send),
    Act(
        name="ask the citizen for more",
        begin=_own(),
        do=_tell("Hỏi thêm người dân", "xin số nhà cụ thể", "Chờ bổ sung"),
    ),
    Act(
        name="answer the citizen",
        begin=_own(),
        do=_tell("Trả lời người dân", "Đã sửa xong chiều nay.", "Đã trả lời", in_menu=True),
    ),
    Act(name="close: not for us", begin=_own(), do=_refuse),
    Act(
        name="reopen",
        begin=_own(State.DA_TRA_LOI),
        do=_tell("Mở lại phiếu", "người dân gọi lại báo chưa xong", "Mở lại"),
    ),
    Act(name="note", begin=_own(), do=_note),
    Act(name="merge into a ticket that stands", begin=_own(), do=_merge),
    Act(name="search by number", begin=lambda desk: desk.at("/calls"), do=_search("0773222333", "DN26-004214")),
    Act(name="search by code", begin=lambda desk: desk.at("/calls"), do=_search("DN26-004216-3", "DN26-004216")),
    Act(name="filter a list", begin=lambda desk: desk.at("/tickets?tab=all"), do=_filter),
    Act(name="on to the next ticket", begin=_own(State.DA_CHUYEN), do=_next),
    Act(name="who listened to what", begin=lambda desk: desk.at("/tickets", "hoa"), do=_who_heard),
    Act(name="try a parked job again", begin=_parked, do=_retry),
)
WHOLE = {"keys": work_by_keys, "mouse": work_by_mouse}
"""A whole ticket: opened, taken, heard, corrected, classified, sent, and on to the next."""


def begin_whole(desk: Desk, by: str) -> tuple[Page, Callable[[Hands], None]]:
    """The page it begins from, and what the hands do."""
    page, second = _two(desk, by)
    return page, lambda hands: WHOLE[by](hands, second)
