"""One call for the smoke test of an Asterisk: the caller's stream changes in mid-recording, as at a handover.

``smoke_call.py PORT`` calls ``s`` at that port of the loopback address, sends a second of sound, then another second as
a new stream whose numbers lie behind the first one's, and hangs up. Standard library alone: it runs before anything is
installed.
"""

import random
import re
import socket
import struct
import sys
import time

HOST = "127.0.0.1"
FRAME = bytes(0x55 ^ (0x60 if at // 8 % 2 else 0xE0) for at in range(160))  # 20 ms of a loud A-law buzz


def request(method: str, port: int, local: int, *, to: str, target: str, sequence: int, body: str = "") -> bytes:
    """One SIP request of the only dialogue there is."""
    lines = [
        f"{method} {target} SIP/2.0",
        f"Via: SIP/2.0/UDP {HOST}:{local};branch=z9hG4bK{random.getrandbits(48):x};rport",
        f"From: <sip:smoke@{HOST}>;tag=smoke",
        f"To: {to}",
        f"Call-ID: smoke-{local}",
        f"CSeq: {sequence} {method}",
        f"Contact: <sip:smoke@{HOST}:{local}>",
        "Max-Forwards: 70",
        *(["Content-Type: application/sdp"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def answer_of(sip: socket.socket) -> str:
    """The final answer to the INVITE."""
    while True:
        text = sip.recv(65535).decode("utf-8", "replace")
        if re.match(r"SIP/2\.0 [2-6]\d\d", text):
            return text


def main(port: int) -> None:
    """Place the call; raises where it is not taken."""
    sip, rtp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    for each in (sip, rtp):
        each.bind((HOST, 0))
        each.settimeout(30)
    local, media = sip.getsockname()[1], rtp.getsockname()[1]
    offer = f"v=0\r\no=s 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\nm=audio {media} RTP/AVP 8\r\n"
    target = f"sip:s@{HOST}:{port}"
    sip.sendto(request("INVITE", port, local, to=f"<{target}>", target=target, sequence=1, body=offer), (HOST, port))
    text = answer_of(sip)
    if not text.startswith("SIP/2.0 200"):
        raise SystemExit(text.partition("\r\n")[0])
    to = re.search(r"^To:\s*(.*?)\r$", text, re.MULTILINE | re.IGNORECASE)
    peer = re.search(r"^m=audio (\d+)", text, re.MULTILINE)
    if to is None or peer is None:
        raise SystemExit("an answer without To or without sound")
    sip.sendto(request("ACK", port, local, to=to[1], target=target, sequence=1), (HOST, port))
    time.sleep(0.5)
    for source, number, stamp in ((1, 30_000, 1_000_000_000), (2, 5, 1_000)):
        for at in range(50):
            head = struct.pack("!BBHII", 0x80, 8, number + at, stamp + 160 * at, source)
            rtp.sendto(head + FRAME, (HOST, int(peer[1])))
            time.sleep(0.02)
    time.sleep(0.5)
    sip.sendto(request("BYE", port, local, to=to[1], target=target, sequence=2), (HOST, port))


if __name__ == "__main__":
    main(int(sys.argv[1]))
