"""The ports of one instance: which process listens where, and whether each is free or answers."""

import errno
import socket
from dataclasses import dataclass

from ivr.settings import Settings

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Port:
    """One listening address and the setting that moves it."""

    setting: str
    address: str
    number: int
    udp: bool = False
    of_asterisk: bool = False

    def __str__(self) -> str:
        return f"{self.address}:{self.number}/{'udp' if self.udp else 'tcp'}"

    @property
    def reached_at(self) -> str:
        """The address under which this machine reaches it."""
        return LOOPBACK if self.address in ("0.0.0.0", "::") else self.address  # noqa: S104  # asked, not bound


def ports(settings: Settings) -> list[Port]:
    """All of them: only SIP, the console and the hub follow ``settings.bind``, the others stay on loopback."""
    return [
        Port(setting="TONGDAI_CONSOLE_PORT", address=settings.bind, number=settings.console_port),
        Port(setting="TONGDAI_HUB_PORT", address=settings.bind, number=settings.hub_port),
        Port(setting="TONGDAI_AGI_PORT", address=LOOPBACK, number=settings.agi_port),
        Port(setting="TONGDAI_AMI_PORT", address=LOOPBACK, number=settings.ami_port, of_asterisk=True),
        Port(
            setting="TONGDAI_ASTERISK_HTTP_PORT",
            address=LOOPBACK,
            number=settings.asterisk_http_port,
            of_asterisk=True,
        ),
        Port(setting="TONGDAI_SIP_PORT", address=settings.bind, number=settings.sip_port, udp=True, of_asterisk=True),
    ]


def why_not_free(port: Port) -> str:
    """``""`` when we could listen there now, else the system's reason."""
    family = socket.AF_INET6 if ":" in port.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM if port.udp else socket.SOCK_STREAM) as probe:
        if not port.udp:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.address, port.number))
        except OSError as error:
            return errno.errorcode.get(error.errno or 0, str(error))
    return ""


def answers(port: Port) -> bool:
    """Whether a process accepts connections there; a UDP port counts as answering when it is taken."""
    if port.udp:
        return bool(why_not_free(port))
    try:
        with socket.create_connection((port.reached_at, port.number), timeout=0.5):
            return True
    except OSError:
        return False
