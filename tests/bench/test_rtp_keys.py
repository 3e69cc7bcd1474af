"""Keys in capture files: what a telephone sends (RFC 4733), never twice the same packet."""

import struct

import pytest

from tests.bench.rtp_keys import END_PACKETS, EVENTS, PACKETS, PAYLOAD_TYPE, SSRC, capture

HEADERS = 14 + 20 + 8


def packets(pcap: bytes) -> list[tuple[int, ...]]:
    """(first byte, marker and type, sequence, time stamp, SSRC, event, end and volume, duration) of each packet."""
    assert pcap[:4] == struct.pack("<I", 0xA1B2C3D4)
    found, at = [], 24
    while at < len(pcap):
        length = struct.unpack("<I", pcap[at + 8 : at + 12])[0]
        frame = pcap[at + 16 : at + 16 + length]
        found.append(struct.unpack("!BBHIIBBH", frame[HEADERS:]))
        at += 16 + length
    return found


@pytest.mark.parametrize("key", list(EVENTS))
def test_one_press_is_one_event_that_ends_three_times(key: str) -> None:
    sent = packets(capture(key, 0))
    assert len(sent) == PACKETS + END_PACKETS
    assert {packet[5] for packet in sent} == {EVENTS[key]}
    assert {packet[4] for packet in sent} == {SSRC}
    assert len({packet[3] for packet in sent}) == 1, "an event has one time stamp"
    assert [packet[1] for packet in sent] == [PAYLOAD_TYPE | 0x80] + [PAYLOAD_TYPE] * (len(sent) - 1)
    assert [packet[6] >> 7 for packet in sent] == [0] * PACKETS + [1] * END_PACKETS
    durations = [packet[7] for packet in sent]
    assert durations == sorted(durations)
    assert durations[-1] == 160 * PACKETS


def test_the_same_key_pressed_again_is_another_event() -> None:
    first, second = packets(capture("1", 0)), packets(capture("1", 1))
    assert second[0][3] > first[0][3]
    assert second[0][2] > first[-1][2]


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(KeyError):
        capture("a", 0)
