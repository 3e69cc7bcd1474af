"""AGI as Asterisk was measured to speak it: honest replies, no way out of an argument, hang-up in every form."""

from collections.abc import Callable
from pathlib import Path

import pytest
from asterisk.agi import AGIUnknownError

from ivr.asterisk.agi import LONGEST_LINE, LineGone
from ivr.phone import HungUp, RecordEnd, Sound, Stage
from ivr.simulator.sounds import tone, write_wav
from ivr.testing.agi_peer import Peer, replying


def sound(name: str, seconds: float = 2.0) -> Sound:
    return Sound(id=name, path=f"/sounds/vi/{name}", seconds=seconds)


@pytest.mark.parametrize(
    ("reply", "end", "key"),
    [
        ("200 result=35 (dtmf) endpos=24000", RecordEnd.KEY, "#"),
        ("200 result=0 (timeout) endpos=24000", RecordEnd.SILENCE, ""),
        ("200 result=0 (timeout) endpos=959840", RecordEnd.LIMIT, ""),
        ("200 result=-1 (hangup) endpos=8000", RecordEnd.HANGUP, ""),
        ("200 result=-1 (waitfor) endpos=8000", RecordEnd.HANGUP, ""),
        ("200 result=35 (randomerror) endpos=0", RecordEnd.KEY, "#"),
        ("200 result=49 (randomerror) endpos=0", RecordEnd.KEY, "1"),
        ("200 result=68 (dtmf) endpos=8000", RecordEnd.SILENCE, ""),
        ("200 result=-1 (randomerror) endpos=0", RecordEnd.NOTHING, ""),
        ("200 result=-1 (writefile)", RecordEnd.UNWRITABLE, ""),
    ],
)
def test_the_reply_table_of_record_file(
    dial: Callable[..., Peer], tmp_path: Path, reply: str, end: RecordEnd, key: str
) -> None:
    peer = dial(replying(RECORD=reply))
    recorded = peer.phone.record(tmp_path / "a.1.wav", limit=120, silence=8)
    assert (recorded.end, recorded.key, recorded.whole) == (end, key, True)
    (command,) = [command for command in peer.commands if command.startswith("RECORD")]
    assert command == f'RECORD FILE "{tmp_path}/a.1" wav "0123456789*#D" 120000 0 BEEP s=8'


@pytest.mark.parametrize(
    ("reply", "end"),
    [
        ("200 result=0 (timeout) endpos=24000", RecordEnd.LIMIT),
        ("200 result=68 (dtmf) endpos=24000", RecordEnd.SILENCE),
        ("200 result=35 (dtmf) endpos=24000", RecordEnd.KEY),
    ],
)
def test_in_the_lines_own_encoding_silence_is_ours_to_tell(
    dial: Callable[..., Peer], tmp_path: Path, reply: str, end: RecordEnd
) -> None:
    peer = dial(
        lambda command: {"GET": "200 result=1 (1772505000.7:alaw)", "RECORD": reply}.get(
            command.split(" ")[0], "200 result=1"
        )
    )
    peer.phone.learn()
    assert (peer.phone.take_ending, peer.phone.caller.linkedid) == (".alaw", "1772505000.7")
    recorded = peer.phone.record(tmp_path / "a.1.alaw", limit=120, silence=8)
    assert recorded.end is end
    (command,) = [command for command in peer.commands if command.startswith("RECORD")]
    assert command == f'RECORD FILE "{tmp_path}/a.1" alaw "0123456789*#D" 120000 0 BEEP'


def test_a_beep_that_is_missing_is_no_hang_up(dial: Callable[..., Peer], tmp_path: Path) -> None:
    replies = ["200 result=-1 (randomerror) endpos=0", "200 result=35 (dtmf) endpos=24000"]

    def answer(command: str) -> str:
        match command.split(" ")[0]:
            case "RECORD":
                return replies.pop(0)
            case "CHANNEL":
                return "200 result=6"
            case _:
                return "200 result=1"

    peer = dial(answer)
    assert peer.phone.record(tmp_path / "a.1.wav", limit=120, silence=8).end is RecordEnd.KEY
    assert peer.commands[-1] == f'RECORD FILE "{tmp_path}/a.1" wav "0123456789*#D" 120000 0 s=8'


@pytest.mark.parametrize("last", [None, "HANGUP", "511 Command Not Permitted on a dead channel or intercept routine"])
def test_a_line_that_ends_in_mid_recording_is_a_hang_up_and_the_file_decides(
    dial: Callable[..., Peer], tmp_path: Path, last: str | None
) -> None:
    write_wav(tmp_path / "a.1.wav", tone(3))
    recorded = dial(replying(RECORD=last)).phone.record(tmp_path / "a.1.wav", limit=120, silence=8)
    assert (recorded.end, recorded.whole) == (RecordEnd.HANGUP, True)


def test_a_file_asterisk_never_closed_is_left_to_the_sweep(
    dial: Callable[..., Peer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.asterisk.watched_file.CLOSING", 0.1)
    path = tmp_path / "a.1.wav"
    write_wav(path, tone(3))
    content = path.read_bytes()
    path.write_bytes(content[:40] + bytes(4) + content[44:])
    assert not dial(replying(RECORD=None)).phone.record(path, limit=120, silence=8).whole


def test_who_left_before_the_file_was_begun_left_nothing(dial: Callable[..., Peer], tmp_path: Path) -> None:
    recorded = dial(replying(RECORD=None)).phone.record(tmp_path / "a.1.wav", limit=120, silence=8)
    assert recorded.whole


def test_minus_one_is_believed_only_of_a_channel_that_is_down(dial: Callable[..., Peer]) -> None:
    up = dial(replying(STREAM="200 result=-1 endpos=0", CHANNEL="200 result=6"))
    assert up.phone.play([sound("mat")], keys="1") == ""
    down = dial(replying(STREAM="200 result=-1 endpos=0", CHANNEL="200 result=0"))
    with pytest.raises(HungUp):
        down.phone.play([sound("mat")], keys="1")


def test_one_prompt_is_streamed_and_a_list_is_one_read(dial: Callable[..., Peer]) -> None:
    peer = dial(
        lambda command: {
            "STREAM": "200 result=49 endpos=100",
            "GET": "200 result=1 (8:2:OK)",
        }.get(command.split(" ")[0], "200 result=0")
    )
    assert peer.phone.play([sound("chao")], keys="123") == "1"
    assert peer.phone.play([sound("chao"), sound("khan")], keys="123") == "2"
    assert peer.phone.play([sound("ma"), sound("mot")]) == ""
    spoken = [command for command in peer.commands if not command.startswith("SET")]
    assert spoken == [
        'STREAM FILE "/sounds/vi/chao" "123"',
        'EXEC Read "TONGDAI_KEYS,/sounds/vi/chao&/sounds/vi/khan,1,,1,0.05"',
        'GET FULL VARIABLE "${SET(TIMEOUT(absolute)=8)}:${TONGDAI_KEYS}:${READSTATUS}"',
        'EXEC Playback "/sounds/vi/ma&/sounds/vi/mot"',
    ]


@pytest.mark.parametrize(
    ("variables", "most", "keys"),
    [("1:OK", 1, "1"), (":OK", 1, "#"), (":TIMEOUT", 1, ""), ("*:OK", 1, "*"), ("0905:OK", 15, "0905"), (":OK", 9, "")],
)
def test_reading_keys(dial: Callable[..., Peer], variables: str, most: int, keys: str) -> None:
    peer = dial(replying(GET=f"200 result=1 (8:{variables})"))
    assert peer.phone.read([sound("menu")], most=most, wait=5) == keys


def test_a_hang_up_in_read_is_one(dial: Callable[..., Peer]) -> None:
    with pytest.raises(HungUp):
        dial(replying(GET="200 result=1 (8::HANGUP)")).phone.read([sound("menu")], most=1, wait=5)


def test_a_list_too_long_for_one_command_is_cut_and_a_key_in_the_first_part_counts(dial: Callable[..., Peer]) -> None:
    peer = dial(replying(GET="200 result=1 (8:7:OK)"))
    long = [sound(f"{'tieng' * 10}-{number}") for number in range(60)]
    assert peer.phone.read(long, most=1, wait=5) == "7"
    assert max(map(len, peer.commands)) <= LONGEST_LINE
    assert sum(command.startswith("EXEC Read") for command in peer.commands) == 1
    assert peer.phone.read(long, most=4, wait=5) == "77"


def test_the_dead_man_switch_covers_the_longest_a_command_can_take(dial: Callable[..., Peer], tmp_path: Path) -> None:
    peer = dial(replying(GET="200 result=1 (8::TIMEOUT)", RECORD="200 result=0 (timeout) endpos=8000"))
    peer.phone.read([sound("menu", 25.5)], most=1, wait=5)
    peer.phone.play([sound("ma", 4), sound("mot", 0.5)])
    peer.phone.record(tmp_path / "a.wav", limit=120, silence=8)
    limits = [command.split('"')[3] for command in peer.commands if command.startswith('SET VARIABLE "TIMEOUT')]
    assert [int(limit) for limit in limits] == [30 + 1 + 8, 4 + 1 + 8, 120 + 1 + 8]


def test_variables_of_the_dialplan(dial: Callable[..., Peer]) -> None:
    peer = dial(replying())
    peer.phone.stage(Stage.RECORDED)
    peer.phone.language("en")
    peer.phone.done()
    assert peer.commands == [
        'SET VARIABLE "TONGDAI_STAGE" "recorded"',
        'SET VARIABLE "TONGDAI_LANGUAGE" "en"',
        'SET VARIABLE "TONGDAI_DONE" "1"',
    ]


def test_the_caller_as_the_header_says_it(dial: Callable[..., Peer]) -> None:
    peer = dial(replying(GET="200 result=1 (1772505000.7)"), agi_dnid="02361022", agi_uniqueid="1772505000.8")
    peer.phone.learn()
    caller = peer.phone.caller
    assert (caller.number, caller.called, caller.uniqueid, caller.linkedid, caller.city) == (
        "0905123456",
        "02361022",
        "1772505000.8",
        "1772505000.7",
        "da-nang",
    )
    hidden = dial(replying(), agi_callerid="unknown", agi_calleridname="unknown", agi_dnid="unknown").phone.caller
    assert (hidden.number, hidden.name, hidden.called) == ("", "", "1022")


@pytest.mark.parametrize(
    ("presentation", "shown"),
    [("0", True), ("3", True), ("32", False), ("35", False), ("67", True), ("", True), ("prohib", True)],
)
def test_a_number_that_the_caller_withholds_is_none(dial: Callable[..., Peer], presentation: str, shown: bool) -> None:
    caller = dial(replying(), agi_callingpres=presentation).phone.caller
    assert (caller.number, caller.name) == (("0905123456", "An") if shown else ("", ""))


@pytest.mark.parametrize(
    "hostile", ['An" EXEC System "id', "An\nEXEC System id", "An\r\nHANGUP", "An\0", "\\", 'An\\"']
)
def test_no_argument_leaves_its_quotes_or_its_line(dial: Callable[..., Peer], hostile: str) -> None:
    peer = dial(replying())
    peer.phone.play([Sound(id="x", path=hostile, seconds=1)], keys="1")
    wire = peer.commands[-1]
    assert wire.startswith('STREAM FILE "')
    assert len(peer.commands) == 2, "one command for the dead man, one for the sound"
    inside = wire.removeprefix('STREAM FILE "').removesuffix('" "1"')
    assert not any(sign in inside for sign in "\r\n\0")
    assert inside.replace("\\\\", "").replace('\\"', "").count('"') == 0


def test_a_command_with_a_control_character_is_never_sent(dial: Callable[..., Peer]) -> None:
    with pytest.raises(ValueError, match="control character"):
        dial(replying()).phone._wire.send_command("NOOP\nHANGUP")


def test_trying_and_usage_are_read_to_their_end(dial: Callable[..., Peer]) -> None:
    peer = dial(replying(STREAM="100 Trying...\n200 result=50 endpos=1"))
    assert peer.phone.play([sound("chao")], keys="2") == "2"
    usage = dial(
        replying(STREAM="520-Invalid command syntax.  Proper usage follows:\nUsage: x\n520 End of proper usage.")
    )
    with pytest.raises(AGIUnknownError):
        usage.phone.play([sound("chao")], keys="2")


@pytest.mark.parametrize("garbage", ["", "blah", "200", "HELLO 200 result=1"])
def test_garbage_is_an_error_and_not_a_key(dial: Callable[..., Peer], garbage: str) -> None:
    with pytest.raises(AGIUnknownError):
        dial(replying(STREAM=garbage)).phone.play([sound("chao")], keys="2")


def test_a_half_line_and_a_reset_are_hang_ups(dial: Callable[..., Peer]) -> None:
    with pytest.raises(LineGone):
        dial(replying(STREAM=None)).phone.play([sound("chao")], keys="2")
    peer = dial(replying())
    peer.close()
    with pytest.raises((LineGone, ValueError)):
        peer.phone.play([sound("chao")], keys="2")
