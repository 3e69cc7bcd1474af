"""Keys as a telephone sends them: RFC 4733 events in RTP, written as capture files that SIPp plays.

The captures that SIPp ships carry fixed time stamps: the same key pressed twice in a call is taken for a repeated
packet and not heard (seen on Asterisk 22). Each press here has a time stamp and sequence numbers of its own.
"""

import struct

EVENTS = {**{str(digit): digit for digit in range(10)}, "*": 10, "#": 11}
PAYLOAD_TYPE = 101
STEP = 160
"""RTP clock ticks of 20 ms at 8 kHz."""
PACKETS = 8
"""Packets while the key is down: 160 ms."""
END_PACKETS = 3
"""RFC 4733 §2.5.1.4: the end is sent three times."""
SSRC = 0x1022CA11
APART = 64
"""Sequence numbers between two presses."""
SECONDS = (PACKETS + END_PACKETS) * 0.02


def capture(key: str, press: int) -> bytes:
    """A pcap file (Ethernet, IPv4, UDP) of one press; ``press`` counts the presses of a call from 0.

    Raises KeyError for what is no key of a telephone.
    """
    event = EVENTS[key]
    stamp = 8000 * (press + 1)
    packets = []
    for number in range(PACKETS + END_PACKETS):
        ended = number >= PACKETS
        ticks = STEP * min(number + 1, PACKETS)
        packets.append(
            struct.pack(
                "!BBHIIBBH",
                0x80,
                PAYLOAD_TYPE | (0x80 if number == 0 else 0),
                APART * (press + 1) + number,
                stamp,
                SSRC,
                event,
                (0x80 if ended else 0) | 10,  # volume -10 dBm0
                ticks,
            )
        )
    return _pcap(packets)


def _pcap(packets: list[bytes]) -> bytes:
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    for number, packet in enumerate(packets):
        frame = _frame(packet)
        parts.append(struct.pack("<IIII", 0, number * 20_000, len(frame), len(frame)) + frame)
    return b"".join(parts)


def _frame(packet: bytes) -> bytes:
    """Ethernet, IPv4 and UDP headers; SIPp puts its own addresses, ports and checksums in."""
    udp = struct.pack("!HHHH", 4000, 4000, 8 + len(packet), 0) + packet
    loopback = bytes((127, 0, 0, 1))
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + loopback + loopback
    return bytes(12) + b"\x08\x00" + ip + udp
