"""The telephone in an operator's browser on a real Asterisk: a day with it, and what happens when its window goes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from console.template_helpers import DIST
from ivr.asterisk import find_asterisk
from ivr.asterisk.browser_phones import find_login
from ivr.settings import load_settings
from ivr.simulator.sounds import from_alaw
from ivr.testing import need
from ivr.testing.asterisk import wait_for
from ivr.testing.background_caller import BackgroundCaller, calling
from ivr.testing.browser import CHROMIUM, violations
from ivr.testing.browser_phones import Desk, Seat, desk_of_browsers
from ivr.testing.ears import find, read_sound
from ivr.testing.processes import running

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.timeout(1200)]

PITCH = 311
"""Hz of the tone that a caller of the tests speaks."""
FAR = """async () => {
  const context = new AudioContext(), heard = context.createAnalyser();
  heard.fftSize = 8192;
  context.createMediaStreamSource(document.querySelector("[data-part=speaker]").srcObject).connect(heard);
  await new Promise(done => setTimeout(done, 1000));
  const loud = new Float32Array(heard.frequencyBinCount);
  heard.getFloatFrequencyData(loud);
  const top = loud.indexOf(Math.max(...loud));
  const found = {pitch: top * context.sampleRate / heard.fftSize, level: loud[top]};
  await context.close();
  return found;
}"""
"""What the far side says: its loudest pitch in Hz, and how loud it is in dB."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    need(CHROMIUM.exists(), "Chromium is not installed")
    need((DIST / "telephone.js").exists(), "the browser assets are not built (make web)")
    need(find_asterisk(load_settings()), "an Asterisk ≥ 18 (make asterisk)")
    with desk_of_browsers(tmp_path_factory.mktemp("config"), "lan", "minh") as desk:
        yield desk


@pytest.fixture
def lan(desk: Desk) -> Iterator[Seat]:
    """An operator who is ready at the telephone in a browser, and goes home afterwards."""
    seat = desk.operator("lan")
    seat.sign_in()
    seat.get_ready()
    yield seat
    if seat.page.locator("#operator[data-state=signed_out]").count() == 0:
        seat.sign_out()
    for context in desk.contexts:
        context.close()
    desk.contexts.clear()
    faults, desk.faults[:] = list(desk.faults), []
    assert [fault for fault in faults if " 422 " not in fault] == []  # a window may ask for a talk that has just ended


def hears_the_caller(seat: Seat) -> None:
    far = seat.telephone.evaluate(FAR)
    assert abs(far["pitch"] - PITCH) < 15, far
    assert far["level"] > -60, far


def test_a_day_at_the_telephone_in_the_browser(desk: Desk, lan: Seat) -> None:
    assert violations(lan.telephone) == []
    login = find_login(desk.settings, 1)
    assert login is not None
    number = "0905888101"
    for before in ("Đây là cuộc gọi đầu tiên của số máy này", "không có phiếu"):  # twice in a row
        with calling(desk.settings, number) as caller:
            lan.until("ringing")
            lan.until_phone("ringing")
            band = lan.page.locator("#telephone-bar")
            expect(band).to_contain_text(number)
            expect(band).to_contain_text(before)
            expect(band.locator(".keys")).to_have_text("0")
            assert violations(lan.telephone) == []
            assert violations(lan.page) == []
            lan.answer()
            hears_the_caller(lan)
            wait_for(lambda: beeps(caller.heard[-16000:]), "the caller does not hear the operator")
            lan.page.goto("/calls")  # the talk is not this page's
            expect(band).to_contain_text(before)
            lan.page.keyboard.press("Shift+F4")
            expect(lan.telephone.locator("[data-part=muted]")).to_be_visible()
            wait_for(lambda: not beeps(caller.heard[-16000:]), "the caller hears a muted operator")
            lan.page.keyboard.press("Shift+F4")
            wait_for(lambda: beeps(caller.heard[-16000:]), "the caller does not hear the operator any more")
            lan.page.keyboard.press("F4")
            lan.until("hold")
            wait_for(lambda: hears_music(desk, caller), "the caller hears no music while on hold")
            lan.page.keyboard.press("F4")
            lan.until("talking")
            hears_the_caller(lan)
            assert violations(lan.page) == []
            lan.telephone.get_by_role("button", name="Gác máy").click()
            lan.until("wrap_up")
            wait_for(lambda: caller.heard_prompt("tam-biet"), "the caller was not taken leave of")
            wait_for(caller.ended.is_set, "the caller's call goes on")
        expect(band).to_contain_text(before)  # until the paper work is done
        lan.page.keyboard.press("F8")
        lan.until("ready")
        expect(band).to_be_hidden()
    lan.sign_out()
    lan.until_phone("off")
    wait_for(lambda: find_login(desk.settings, 1) is None, "the login outlives the work")
    wait_for(lambda: "tongdai-1" not in desk.asterisk.ask("pjsip show endpoints"), "Asterisk knows the login")
    lan.sign_in()
    again = find_login(desk.settings, 1)
    assert again is not None
    assert again.secret != login.secret


def hears_music(desk: Desk, caller: BackgroundCaller) -> bool:
    music = read_sound(desk.settings.sounds / "music" / "cho")
    heard = from_alaw(bytes(caller.heard[-8000:]))
    return find(music, heard)[1] > 0.9


def test_a_window_that_is_loaded_anew_or_closed_has_its_talk_again(desk: Desk, lan: Seat) -> None:
    with calling(desk.settings, "0905888111") as caller:
        lan.until_phone("ringing")
        lan.telephone.reload()  # the ring is lost, and comes anew
        lan.until_phone("ringing")
        lan.answer()
        for _ in range(2):
            lan.telephone.reload()
            lan.until_phone("talking")
            lan.until("talking")
            hears_the_caller(lan)
        lan.page.keyboard.press("F4")
        lan.until("hold")
        lan.telephone.close()
        lan.open_window("Mở máy điện thoại")
        lan.until_phone("talking")
        lan.until("talking")
        hears_the_caller(lan)
        assert not caller.heard_prompt("noi-lai")
        lan.page.keyboard.press("Shift+F2")
        lan.until("wrap_up")
        wait_for(caller.ended.is_set, "the caller's call goes on")


def test_where_a_window_does_not_come_back_the_queue_finds_another_person(desk: Desk, lan: Seat) -> None:
    minh = desk.operator("minh")
    minh.sign_in()
    with calling(desk.settings, "0905888121") as caller:
        lan.until_phone("ringing")
        lan.answer()
        minh.get_ready()
        lan.telephone.close(run_before_unload=False)
        lan.until("connection_lost")
        minh.until_phone("ringing")
        assert caller.heard_prompt("noi-lai")
        minh.answer()
        hears_the_caller(minh)
        lan.until("signed_out")  # the grace is over
        caller.hang_up()
        minh.until("wrap_up")
        minh.until_phone("on")
    minh.sign_out()


def test_a_second_window_a_caller_who_goes_and_a_telephone_that_answers_by_itself(desk: Desk, lan: Seat) -> None:
    second = lan.page.context.new_page()
    second.goto("/telephone")
    expect(second.get_by_text("đang mở ở một cửa sổ khác")).to_be_visible()
    second.get_by_role("button", name="Dùng cửa sổ này").click()
    expect(second.locator("#telephone[data-state=on]")).to_be_attached()
    expect(lan.telephone.get_by_text("đang mở ở một cửa sổ khác")).to_be_visible()
    lan.telephone.close()
    lan.window = second
    with calling(desk.settings, "0905888131") as caller:
        lan.until_phone("ringing")
        caller.hang_up()
        lan.until_phone("on")
        lan.until("ready")
    second.get_by_label("Tự nhấc máy").check()
    with calling(desk.settings, "0905888132") as caller:
        lan.until("talking")
        hears_the_caller(lan)
    lan.until("wrap_up")


def test_talks_go_on_while_watch_dies(desk: Desk, lan: Seat) -> None:
    with calling(desk.settings, "0905888141"):
        lan.until_phone("ringing")
        lan.answer()
        desk.watch.kill()
        hears_the_caller(lan)
        with running(desk.settings, "watch", ready="desk.synced"):
            lan.page.reload()
            lan.until("talking")
            hears_the_caller(lan)
            lan.page.keyboard.press("Shift+F2")
            lan.until("wrap_up")
            lan.sign_out()
    desk.faults[:] = [fault for fault in desk.faults if "net::ERR_" not in fault]  # the stream of who died


def beeps(alaw: bytes) -> bool:
    """Whether the microphone of the operator's browser is in it: its beeps are the only loud thing beside silence."""
    return bool(abs(from_alaw(bytes(alaw)).astype(int)).max(initial=0) > 1000)
