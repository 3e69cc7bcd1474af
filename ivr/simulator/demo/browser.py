"""What the demonstration sees of the console: signs in like a person and reads the pages the console serves."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar

from ivr.simulator.demo.system import DemoFailed
from ivr.words import tr


class _Page(HTMLParser):
    """A page: the text of its main part and of its transcript, its first form's hidden fields, its player's address."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.said: list[str] = []
        self.fields: dict[str, str] = {}
        self.plays = ""
        self.token = ""
        self._forms = 0
        self._in_said = self._in_main = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._forms += tag == "form"
        if tag == "input" and values.get("type") == "hidden" and self._forms == 1:
            self.fields[values.get("name", "")] = values.get("value", "")
        if tag == "meta" and values.get("name") == "csrf-token":
            self.token = values.get("content", "")
        self.plays = values.get("data-plays", self.plays)
        if tag == "main":
            self._in_main = True
        if tag == "p" and values.get("class") == "said":
            self._in_said = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._in_said = False
        if tag == "main":
            self._in_main = False

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and self._in_main:
            self.text.append(words)
        if words and self._in_said:
            self.said.append(words)


class Browser:
    """One signed-in person, without scripts."""

    def __init__(self, address: str) -> None:
        """``address`` is the console's, without a slash at the end."""
        self._address = address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def sign_in(self, username: str, password: str) -> None:
        """Sign in through the form."""
        form = _Page(self._text("/login"))
        answer = self._text("/login", {**form.fields, "username": username, "password": password})
        if "password" in _Page(answer).fields or 'name="password"' in answer:
            raise DemoFailed(tr("Không đăng nhập được bàn điều hành.", "Signing in to the console failed."))

    def tickets(self) -> str:
        """The text of the tickets list."""
        return " ".join(_Page(self._text("/tickets?tab=all")).text)

    def ticket(self, ulid: str) -> tuple[str, str]:
        """The text of a ticket's page, and what its transcript says."""
        page = _Page(self._text(f"/tickets/{ulid}"))
        return " ".join(page.text), " ".join(page.said)

    def listen(self, ulid: str, reason: str) -> int:
        """Play the ticket's recording as the player does; its size in bytes."""
        page = _Page(self._text(f"/tickets/{ulid}"))
        answer = self._text(page.plays, {"reason": reason, "action": "play"}, token=page.token)
        with self._open(json.loads(answer)["url"]) as audio:
            sound: bytes = audio.read()
        if sound[:4] != b"RIFF":
            raise DemoFailed(tr("Bàn làm việc không phát được ghi âm.", "The console did not serve the recording."))
        return len(sound)

    def _text(self, path: str, form: dict[str, str] | None = None, token: str = "") -> str:
        with self._open(path, form, token) as answer:
            text: str = answer.read().decode()
        return text

    def _open(self, path: str, form: dict[str, str] | None = None, token: str = "") -> "urllib.request._UrlopenRet":
        request = urllib.request.Request(  # noqa: S310  # the console's own address
            self._address + path,
            data=urllib.parse.urlencode(form).encode() if form is not None else None,
            headers={"X-CSRFToken": token, "Referer": self._address} if token else {},
        )
        try:
            return self._opener.open(request, timeout=15)
        except urllib.error.URLError as error:
            said = re.sub(r"\s+", " ", str(error))
            raise DemoFailed(
                tr(f"Bàn làm việc trả lỗi ở {path}: {said}", f"The console failed at {path}: {said}")
            ) from error
