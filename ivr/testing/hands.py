"""Hands on a page, whose keys and clicks are counted, the letters of a text are not; and one whole ticket by them."""

from dataclasses import dataclass

from playwright.sync_api import Page

MINE = "#part-bar:has-text('Anh/chị đang xử lý')"
PLAYS = "[data-player][data-state=playing]"
WORDS = ".said[data-said]"


@dataclass(kw_only=True)
class Hands:
    """A person's hands; what comes of an act is awaited frame by frame, so that seconds can be measured."""

    page: Page
    keys: int = 0
    clicks: int = 0

    def press(self, *names: str) -> None:
        """Keys that command something."""
        for name in names:
            self.page.keyboard.press(name)
            self.keys += 1

    def type(self, text: str) -> None:
        """Letters of a text, into whatever has the keyboard."""
        self.page.keyboard.type(text)

    def click(self, selector: str) -> None:
        """The first thing that can be seen under this selector."""
        self.page.locator(f"{selector} >> visible=true").first.click()
        self.clicks += 1

    def choose(self, selector: str, value: str) -> None:
        """From a list that drops down: a click opens it, a second one picks."""
        self.page.locator(selector).select_option(value)
        self.clicks += 2

    def see(self, selector: str) -> None:
        """Wait until this can be seen."""
        self.page.locator(f"{selector} >> visible=true").first.wait_for()

    def find(self, field: str, value: str) -> None:
        """Wait until the field with this id holds a value."""
        self.page.wait_for_function("([id, value]) => document.getElementById(id)?.value === value", arg=[field, value])

    def arrive(self, path: str) -> None:
        """Wait for a page whose words, if it is a ticket's, can be read."""
        self.page.wait_for_url(f"**{path}")


def work_by_keys(hands: Hands, following: str) -> None:
    """A whole ticket of the list that stands there: open, take, hear, correct, classify, send, next.

    :param following: ULID of the second ticket of the list.
    """
    hands.press("ArrowDown", "Enter")
    hands.see(f"{WORDS}:focus")
    hands.press("F8")
    hands.see(MINE)
    hands.press("F3")
    hands.see(PLAYS)
    hands.press("Tab", "Enter")
    hands.see("#corrected:focus")
    hands.type("Gấp: ")
    hands.press("Control+Enter")
    hands.see(f"{WORDS}:has-text('Gấp:')")
    hands.press("Tab", "Tab")  # past what the machine had heard
    hands.see("#category:focus")
    hands.press("x")
    hands.find("category", "xe-buyt")
    hands.press("F8")  # the choice is saved first, and with it the agency that is proposed
    hands.see("#ask[open] #agency")
    hands.find("agency", "so-xay-dung")
    hands.press("F8")  # sends, and goes on
    hands.arrive(f"/tickets/{following}")
    hands.see(WORDS)


def work_by_mouse(hands: Hands, following: str) -> None:
    """The same with the mouse; of the category, in a list that has the keyboard already, the first letter is typed."""
    hands.click(".list .row-link")
    hands.see(WORDS)
    hands.click("#take-and-hear")
    hands.see(PLAYS)
    hands.click("#edit-said")
    hands.see("#corrected:focus")
    hands.type("Gấp: ")
    hands.click("[data-key=F8]")  # what was typed is saved first
    hands.see("#ask[open] #move-category:focus")
    hands.type("x")
    hands.find("move-category", "xe-buyt")
    hands.find("agency", "so-xay-dung")
    hands.click("[data-then-next]")
    hands.arrive(f"/tickets/{following}")
    hands.see(WORDS)
