"""Notifies systemd that we live (sd_notify(3)), where our unit asks for it with ``WatchdogSec``; else does nothing."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Watchdog:
    """``every``: seconds between two notifications, half of what systemd waits; None where it does not wait."""

    address: str = ""
    every: float | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """As systemd left it in the environment of the process it started, and of no child of that."""
        address, wait = environment.get("NOTIFY_SOCKET", ""), environment.get("WATCHDOG_USEC", "")
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        if not address or not wait.isdecimal() or not ours:
            return cls()
        return cls(address=address, every=int(wait) / 2e6)

    def beat(self) -> None:
        """We live. A word that gets lost is not missed: another comes in time."""
        if self.every is None:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            line.sendto(b"WATCHDOG=1", self.address.replace("@", "\0", 1) if self.address[0] == "@" else self.address)
