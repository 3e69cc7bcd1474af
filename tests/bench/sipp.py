"""A citizen's telephone: one real SIP call with RTP speech and RFC 4733 keys, made by SIPp, led step by step from here.

SIPp plays a scenario that is written before the call. Its third-party mode lets each step wait for a word from us, so
that keys come when the prompt they answer is heard and not after a guessed pause.
"""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from xml.sax.saxutils import escape, quoteattr

from ivr.errors import TongdaiError
from tests.bench.rtp_keys import capture
from ivr.words import tr


class CallerUnavailable(TongdaiError):
    """SIPp, or its right to send keys, is missing."""


@dataclass(frozen=True, kw_only=True)
class Press:
    """Press one key: a digit, ``*`` or ``#``."""

    key: str


@dataclass(frozen=True, kw_only=True)
class Speak:
    """Speak a raw A-law file, 8 kHz."""

    file: Path


Action = Press | Speak


def find_sipp() -> Path:
    """SIPp with the right to send keys: root's own, else the copy that set-up keeps in the cache folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    copy = cache / "tongdai-1022" / "sipp" / "sipp"
    found = shutil.which("sipp")
    if os.geteuid() != 0 and copy.is_file():
        return copy
    if found is None:
        raise CallerUnavailable(
            tr("Thiếu sipp. Cài: sudo apt-get install sip-tester", "No sipp. Run: sudo apt-get install sip-tester")
        )
    if os.geteuid() != 0:
        raise CallerUnavailable(
            tr(
                "sipp chưa có quyền gửi phím. Chạy: .setup/sipp.sh",
                "sipp may not send keys. Run: .setup/sipp.sh",
            )
        )
    return Path(found)


class SippCall:
    """One call; use as a context manager. ``go()`` releases the next action, ``hang_up()`` ends it."""

    def __init__(self, *, host: str, port: int, called: str, caller: str, actions: Sequence[Action], folder: Path):
        """Prepare a call to ``sip:called@host:port``; ``folder`` keeps the scenario and SIPp's own log."""
        self._actions = list(actions)
        self._folder = folder
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(60)
        self._peer: socket.socket | None = None
        self._call_id = b""
        scenario = folder / "caller.xml"
        scenario.write_text(_scenario(caller, self._actions, folder), encoding="utf-8")
        self._command = [
            str(find_sipp()), f"{host}:{port}", "-sf", str(scenario), "-s", called, "-m", "1", "-i", "127.0.0.1",
            "-mi", "127.0.0.1", "-nostdin", "-trace_err", "-error_file", str(folder / "sipp-errors.log"),
            "-timeout", "300s", "-3pcc", f"127.0.0.1:{self._listener.getsockname()[1]}",
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "SippCall":
        """Dial and return once Asterisk has answered."""
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            self._peer, _ = self._listener.accept()
            self._peer.settimeout(60)
            answered = self._peer.recv(4096)
        except TimeoutError as error:
            self.close()
            raise CallerUnavailable(
                tr(f"Không gọi được; xem {self._folder}.", f"The call was not answered; see {self._folder}.")
            ) from error
        found = re.search(rb"Call-ID:\s*(\S+)", answered)
        if found is None:
            self.close()
            raise CallerUnavailable(
                tr(f"Tổng đài từ chối cuộc gọi; xem {self._folder}.", f"The call was refused; see {self._folder}.")
            )
        self._call_id = found.group(1)
        return self

    def go(self) -> None:
        """Release the next action of the list, or the hang-up after the last."""
        if self._peer is None:
            raise RuntimeError("the call has not begun")
        self._peer.sendall(b"Call-ID: " + self._call_id + b"\r\nGo: on\r\n\r\n\x1b")

    def hang_up(self) -> None:
        """Release the hang-up (all actions must have been released) and wait until SIPp is done."""
        self.go()
        if self._process is not None:
            self._process.wait(timeout=60)

    def close(self) -> None:
        """End SIPp if it still runs and close the sockets."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._peer is not None:
            self._peer.close()
        self._listener.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing behind, also after an error."""
        self.close()


def _scenario(caller: str, actions: Sequence[Action], folder: Path) -> str:
    """SIPp's XML: call, wait for the answer, each action behind a word from us, hang up behind the last word."""
    steps = "\n".join(
        f"  <recvCmd/>\n  <nop><action>{_action(action, number, folder)}</action></nop>"
        for number, action in enumerate(actions)
    )
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="citizen">
{dial(caller)}
  <sendCmd><![CDATA[
Call-ID: [call_id]
State: answered
]]></sendCmd>
{steps}
  <recvCmd/>
  <send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
{_head(caller)}
[last_To:]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
  <recv response="200"/>
</scenario>
"""


def dial(caller: str, *, media_port: str = "[auto_media_port]") -> str:
    """The steps of SIPp's XML that call and are answered; ``caller`` may hold SIPp's own words in brackets."""
    return f"""  <send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
{_head(caller)}
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:{escape(caller)}@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=citizen 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio {media_port} RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
ACK [next_url] SIP/2.0
{_head(caller)}
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>"""


def _head(caller: str) -> str:
    return f"""Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:{escape(caller)}@[local_ip]:[local_port]>;tag=[call_number]"""


def _action(action: Action, number: int, folder: Path) -> str:
    match action:
        case Press(key=key):
            file = folder / f"key-{number}.pcap"
            file.write_bytes(capture(key, number))
            return f"<exec play_pcap_audio={quoteattr(str(file))}/>"
        case Speak(file=file):
            return f"<exec rtp_stream={quoteattr(f'{file},1,8,PCMA/8000')}/>"
