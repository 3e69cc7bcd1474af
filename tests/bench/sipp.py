"""SIPp, and how its callers dial: the crowd of the bench is made of them. It can speak and press keys, never listen."""

import os
import shutil
from pathlib import Path
from xml.sax.saxutils import escape

from ivr.errors import TongdaiError
from ivr.words import tr


class CallerUnavailable(TongdaiError):
    """SIPp, or its right to send keys, is missing."""


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
