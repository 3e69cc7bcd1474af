"""Logins of telephones in browsers: who has one, since when, and what Asterisk is given to read."""

import re
from pathlib import Path

import pytest

from ivr.asterisk import browser_phones, configuration_folder, render
from ivr.asterisk.browser_phones import BrowserPhones, find_login, socket_address
from ivr.asterisk.control import AsteriskSilent
from ivr.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Asterisk is asked; its answers stand at the end of each."""
    asked: list[str] = []

    def answer(_settings: Settings, words: str) -> str:
        asked.append(words)
        return "Module 'res_pjsip.so' reloaded successfully.\n"

    monkeypatch.setattr(browser_phones, "cli", answer)
    return asked


def rendered(settings: Settings) -> str:
    return (configuration_folder(settings) / "pjsip.d" / "tongdai-browsers.conf").read_text()


def secret_of(settings: Settings, person: int) -> str:
    login = find_login(settings, person)
    assert login is not None
    assert login.user == f"tongdai-{person}"
    return login.secret


def test_a_login_lasts_as_long_as_its_work(settings: Settings, loads: list[str]) -> None:
    phones = BrowserPhones(settings)
    phones.keep([])
    assert (loads, find_login(settings, 12)) == ([], None)
    phones.keep([12])
    first = secret_of(settings, 12)
    assert len(first) == 48
    assert re.search(rf"^\[tongdai-12\]\(browser\)\n(.*\n)+?password = {first}\n", rendered(settings), re.MULTILINE)
    phones.keep([12, 7])
    assert secret_of(settings, 12) == first != secret_of(settings, 7)
    phones.keep([7, 12])
    assert len(loads) == 2
    phones.keep([7, 12], anew=[12])
    assert secret_of(settings, 12) != first
    phones.keep([])
    assert "tongdai-" not in re.sub(r"^;.*$", "", rendered(settings), flags=re.MULTILINE)
    assert (find_login(settings, 7), loads) == (None, ["module reload res_pjsip.so"] * 4)


def test_only_the_owner_reads_them(settings: Settings, loads: list[str]) -> None:
    BrowserPhones(settings).keep([12])
    files = [settings.home / "secrets" / "browser-phones.json", *configuration_folder(settings).glob("pjsip.d/*.conf")]
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600, 0o600]
    assert len(loads) == 1


def test_a_new_watch_lets_asterisk_read_them_once_more(settings: Settings, loads: list[str]) -> None:
    """An earlier one may have died between the file and Asterisk."""
    BrowserPhones(settings).keep([12])
    first = secret_of(settings, 12)
    again = BrowserPhones(settings)
    again.keep([12])
    again.keep([12])
    assert (secret_of(settings, 12), len(loads)) == (first, 2)


@pytest.mark.parametrize("silent", [True, False])
def test_where_asterisk_does_not_take_it_the_next_call_tries_again(
    settings: Settings, loads: list[str], monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    def refuse(_settings: Settings, _words: str) -> str:
        if silent:
            raise AsteriskSilent("away")
        return "Module 'res_pjsip.so' failed to reload.\n"

    phones = BrowserPhones(settings)
    with monkeypatch.context() as patch:
        patch.setattr(browser_phones, "cli", refuse)
        with pytest.raises(AsteriskSilent):
            phones.keep([12])
    assert loads == []
    phones.keep([12])
    assert len(loads) == 1


@pytest.mark.parametrize("kept", ["{", "[]", '{"12": 5, "x": "y"}'])
def test_a_damaged_file_gives_new_logins(settings: Settings, loads: list[str], kept: str) -> None:
    path = settings.home / "secrets" / "browser-phones.json"
    path.parent.mkdir(parents=True)
    path.write_text(kept)
    assert find_login(settings, 12) is None
    BrowserPhones(settings).keep([12])
    assert (len(secret_of(settings, 12)), len(loads)) == (48, 1)


def test_the_configuration_knows_such_telephones_and_lets_them_dial_nothing(settings: Settings) -> None:
    folder = render(settings)
    pjsip = (folder / "pjsip.conf").read_text()
    endpoint = pjsip[pjsip.index("[browser](!)") : pjsip.index("[browser-aor](!)")]
    assert "context = from-browser" in endpoint
    assert not re.search(r"^transport", endpoint, re.MULTILINE)  # its sound would be bound to loopback (LIVE, fact 8)
    context = (folder / "extensions.conf").read_text().partition("[from-browser]\n")[2].partition("\n[")[0]
    assert "exten =>" not in context


def test_where_pages_find_the_socket(settings: Settings) -> None:
    assert socket_address(settings) == "ws://127.0.0.1:8088/ws"
    assert socket_address(settings.model_copy(update={"telephone_url": "wss://a/b"})) == "wss://a/b"
