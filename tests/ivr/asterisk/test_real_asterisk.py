"""The rendered configuration on a real Asterisk: boots clean, listens where it is set to, records without Python."""

import json
import signal
import socket
import time
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from ivr.asterisk import fully_booted, load_logins, prepare
from ivr.process.spawn import spawn
from ivr.testing.asterisk import PATIENCE, RunningAsterisk, add_dialplan, wait_for
from ivr.testing.calls import end
from ivr.testing.wire import read_message

pytestmark = pytest.mark.asterisk

BOOTS_WITHIN = PATIENCE
"""Seconds, on a machine that may stand still for many of them; two on one that does not."""

CALLERS = """\
; citizens without SIP: one speaks (a tone) and goes on, one hangs up while speaking
[caller]
exten => speaks,1,Answer()
 same => n,Playtones(440)
 same => n,Wait(20)
exten => leaves,1,Answer()
 same => n,Playtones(440)
 same => n,Wait(3)
 same => n,Hangup()
"""


def add_callers(asterisk: RunningAsterisk) -> None:
    add_dialplan(asterisk.settings, CALLERS)
    asterisk.ask("dialplan reload")


def spoken(spool: Path) -> list[Path]:
    """Fallback recordings whose header is closed."""
    found = []
    for path in spool.glob("fallback-*.wav"):
        with suppress(wave.Error, EOFError), wave.open(str(path)) as audio:  # a header half written is not closed
            if audio.getnframes():
                found.append(path)
    return found


def log_of(asterisk: RunningAsterisk) -> str:
    return (asterisk.settings.logs / "asterisk" / "messages").read_text()


def test_boots_quickly_and_without_a_complaint(asterisk: RunningAsterisk) -> None:
    assert asterisk.booted_after < BOOTS_WITHIN
    complaints = [line for line in log_of(asterisk).splitlines() if "ERROR" in line or "WARNING" in line]
    assert complaints == []
    assert fully_booted(asterisk.settings)
    modules = asterisk.ask("module show")
    assert "chan_pjsip.so" in modules
    assert "Not Running" not in modules


def test_only_sip_listens_where_told_all_else_on_loopback(asterisk: RunningAsterisk) -> None:
    settings = asterisk.settings
    sockets = [each for each in asterisk.process.net_connections() if each.laddr]
    tcp = {(each.laddr.ip, each.laddr.port) for each in sockets if each.type is socket.SOCK_STREAM}
    udp = {(each.laddr.ip, each.laddr.port) for each in sockets if each.type is socket.SOCK_DGRAM}
    assert tcp == {("127.0.0.1", settings.ami_port), ("127.0.0.1", settings.asterisk_http_port)}
    beyond = {(address, port) for address, port in udp if address != "127.0.0.1"}
    assert udp - beyond == {("127.0.0.1", settings.sip_port)}
    # the SIP stack's DNS client holds one ephemeral socket for IPv4 and one for IPv6, whatever is configured
    assert sorted(address for address, _ in beyond) in ([], ["0.0.0.0"], ["0.0.0.0", "::"])  # noqa: S104  # read, not bound


def test_softphones_log_in_and_nobody_else(asterisk: RunningAsterisk) -> None:
    endpoints = asterisk.ask("pjsip show endpoints")
    assert all(f"Endpoint:  {user}" in endpoints for user in ("100", "101", "trunk"))
    assert "anonymous" not in endpoints
    order = asterisk.ask("pjsip show settings")
    assert "auth_username,username,ip,anonymous" in order


def test_a_softphone_reaches_the_hotline_and_the_echo_only(asterisk: RunningAsterisk) -> None:
    shown = asterisk.ask("dialplan show from-softphone")
    assert "2 extensions" in shown
    assert "'1022'" in shown
    assert "'600'" in shown
    assert "'1022'" in asterisk.ask("dialplan show 1022@from-trunk")


def test_the_manager_user_may_read_calls_and_originate_nothing(asterisk: RunningAsterisk) -> None:
    logins = load_logins(asterisk.settings)
    with socket.create_connection(("127.0.0.1", asterisk.settings.ami_port), timeout=PATIENCE) as line:
        wire = line.makefile("rwb")
        wire.readline()

        def act(**fields: str) -> str:
            lines = [f"{name}: {value}" for name, value in fields.items()]
            wire.write(("\r\n".join(lines) + "\r\n\r\n").encode())
            wire.flush()
            return answer("Response: ")

        def answer(what: str) -> str:
            """The next block that holds this; events may come between."""
            while True:
                block = b""
                while not block.endswith(b"\r\n\r\n"):
                    block += wire.readline()
                if what in block.decode():
                    return block.decode()

        assert "Success" in act(Action="Login", Username=logins.ami_user, Secret=logins.ami_secret)
        assert "Success" in act(Action="CoreShowChannels")
        assert "CoreShowChannelsComplete" in answer("CoreShowChannelsComplete")
        for action in (
            {"Action": "Originate", "Channel": "Local/1022@from-trunk", "Application": "Wait"},
            {"Action": "Command", "Command": "core show channels"},
            {"Action": "GetConfig", "Filename": "manager.conf"},
            {"Action": "Setvar", "Variable": "x", "Value": "y"},
        ):
            assert "Permission denied" in act(**action)
        asterisk.call("1022")
        events = {answer("Event: ").splitlines()[0] for _ in range(3)}
        assert "Event: Newchannel" in events
        assert not any("VarSet" in event or "Newexten" in event for event in events)
        wire.close()


def test_without_the_server_the_caller_still_records(asterisk: RunningAsterisk) -> None:
    add_callers(asterisk)
    spool = asterisk.settings.spool
    asterisk.call("1022", "extension speaks@caller")
    wait_for(lambda: spoken(spool), "no recording in the spool")
    (audio,) = spoken(spool)
    told = json.loads(audio.with_suffix(".json").read_text())
    assert told["city"] == asterisk.settings.city
    assert told["called"] == "1022"
    assert audio.stem == f"fallback-{told['uniqueid']}"
    assert abs(told["started"] - time.time()) < 300
    with wave.open(str(audio)) as wav:
        assert wav.getframerate() == 8000
        # Asterisk makes the tone itself: what it does not make while the machine stands still is not recorded
        assert 1 < wav.getnframes() / 8000 <= 5.2, "the limit of five seconds ends it"


def test_hanging_up_while_speaking_keeps_the_file(asterisk: RunningAsterisk) -> None:
    add_callers(asterisk)
    asterisk.call("1022", "extension leaves@caller")
    wait_for(lambda: spoken(asterisk.settings.spool), "no recording in the spool")
    (audio,) = spoken(asterisk.settings.spool)
    with wave.open(str(audio)) as wav:
        assert 0.5 < wav.getnframes() / 8000 < 3.2


@contextmanager
def serving_one(port: int, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    """One connection is served by a thread, which ends with the block, however that does."""
    with socket.create_server(("127.0.0.1", port)) as server, ThreadPoolExecutor(1) as pool:
        server.settimeout(PATIENCE)

        def accept() -> None:
            line, _ = server.accept()
            with line:
                line.settimeout(PATIENCE)
                serve(line)

        served = pool.submit(accept)
        try:
            yield
        except BaseException:
            server.settimeout(0)
            server.shutdown(socket.SHUT_RDWR)  # wakes who still waits for a call that will not come
            raise
        served.result()


@contextmanager
def silent_server(port: int) -> Iterator[list[str]]:
    """Accepts, reads the AGI header, and never answers."""
    heads: list[str] = []

    def serve(line: socket.socket) -> None:
        heads.append(read_message(line, b"\n\n").decode())
        read_message(line)

    with serving_one(port, serve):
        yield heads


def test_a_silent_server_loses_the_call_to_the_fallback(asterisk: RunningAsterisk) -> None:
    add_callers(asterisk)
    with silent_server(asterisk.settings.agi_port) as heads:
        began = time.monotonic()
        asterisk.call("1022", "extension speaks@caller")
        wait_for(lambda: "fallback takes" in log_of(asterisk), "the fallback never took the call")
        assert time.monotonic() - began > 1.5, "the server had its margin"
        wait_for(lambda: spoken(asterisk.settings.spool), "no recording in the spool")
        assert f"agi_network_script: hotline?city={asterisk.settings.city}" in heads[0]


@contextmanager
def closing_server(port: int, *commands: str) -> Iterator[None]:
    """Sends commands, reads each reply, and closes as a process that died does."""

    def serve(line: socket.socket) -> None:
        with line.makefile("rwb") as wire:
            while wire.readline().strip():
                pass
            for command in commands:
                wire.write(f"{command}\n".encode())
                wire.flush()
                wire.readline()

    with serving_one(port, serve):
        yield


@pytest.mark.parametrize("stage", ["recorded", "filed"])
def test_whoever_is_recorded_already_is_not_asked_again(asterisk: RunningAsterisk, stage: str) -> None:
    add_callers(asterisk)
    with closing_server(asterisk.settings.agi_port, f"SET VARIABLE TONGDAI_STAGE {stage}"):
        asterisk.call("1022", "extension speaks@caller")
        wait_for(lambda: f'at stage "{stage}"' in log_of(asterisk), "the fallback never took the call")
        wait_for(lambda: "0 active channels" in asterisk.ask("core show channels"), "the call never ended")
    assert list(asterisk.settings.spool.iterdir()) == []
    assert "sounds/vi/cam-on" in log_of(asterisk), "it thanks (the sound itself is not built in this test)"


@pytest.mark.parametrize("command", ["SET VARIABLE TONGDAI_DONE 1", 'GET FULL VARIABLE "${SET(TONGDAI_DONE=1)}:"'])
def test_done_is_the_servers_last_word(asterisk: RunningAsterisk, command: str) -> None:
    """Also where it is set by a value that is read, as the limit is."""
    add_callers(asterisk)
    with closing_server(asterisk.settings.agi_port, command):
        asterisk.call("1022", "extension speaks@caller")
    wait_for(lambda: "0 active channels" in asterisk.ask("core show channels"), "the call never ended")
    assert "fallback takes" not in log_of(asterisk)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ('"}${SHELL(touch /tmp/owned)}', "0905${SHELL(id)}1022"),
        ("ông 😀\u202e x", '+84905";Hangup()'),
    ],
)
def test_a_hostile_caller_breaks_nothing(asterisk: RunningAsterisk, name: str, number: str) -> None:
    add_dialplan(
        asterisk.settings,
        "[hostile]\nexten => 1022,1,AGI(agi://127.0.0.1:1/x)\n"
        f" same => n,Set(CALLERID(name)={name})\n same => n,Set(CALLERID(num)={number})\n"
        " same => n,Goto(from-trunk,1022,1)\n",
    )
    asterisk.ask("dialplan reload")
    asterisk.ask("channel originate Local/1022@hostile application Wait 20")
    spool = asterisk.settings.spool
    wait_for(lambda: list(spool.glob("fallback-*.json")), "no call came")
    (path,) = spool.glob("fallback-*.json")
    wait_for(lambda: path.read_text().rstrip().endswith("}"), "half a file")
    told = json.loads(path.read_text())
    assert set(told["caller"]) <= set("+0123456789")
    assert not Path("/tmp/owned").exists()


def test_a_spool_that_cannot_be_written_pretends_no_recording(asterisk: RunningAsterisk) -> None:
    add_callers(asterisk)
    spool = asterisk.settings.spool
    spool.rmdir()
    spool.write_text("a file where the folder was: root may write into any folder")
    asterisk.call("1022", "extension speaks@caller")
    wait_for(lambda: "cannot record into" in log_of(asterisk), "it was not noticed")
    assert "sounds/vi/cam-on" not in log_of(asterisk)


def test_killed_it_is_back_at_once(asterisk: RunningAsterisk) -> None:
    asterisk.process.send_signal(signal.SIGKILL)
    asterisk.process.wait(PATIENCE)
    assert not fully_booted(asterisk.settings)
    began = time.monotonic()
    again = spawn(prepare(asterisk.settings), log=asterisk.settings.logs / "again.log")
    try:
        wait_for(lambda: fully_booted(asterisk.settings), "it did not come back")
        assert time.monotonic() - began < BOOTS_WITHIN
    finally:
        end(again)


def test_two_on_one_machine_share_nothing(asterisk: RunningAsterisk, tmp_path: Path) -> None:
    from ivr.testing.asterisk import private_settings, running_asterisk

    with running_asterisk(private_settings(tmp_path)) as second:
        assert second.ask("core show uptime") != ""
        assert {c.laddr.port for c in second.process.net_connections() if c.laddr}.isdisjoint(
            {c.laddr.port for c in asterisk.process.net_connections() if c.laddr}
        )
        assert load_logins(second.settings) != load_logins(asterisk.settings)
    assert psutil.pid_exists(asterisk.process.pid)
    assert fully_booted(asterisk.settings)
