"""The part of a hotline that takes calls, alone and with short prompts: an Asterisk, the FastAGI server, a recorder."""

import re
import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import psutil

from ivr.city.seconds.line import SAMPLE_CODE
from ivr.engine.report_nodes import PEN_AND_PAPER
from ivr.prompts import build, load_catalogue
from ivr.settings import Settings, load_settings
from ivr.speech import PAUSE, spell_code
from ivr.store.migrate import migrate
from ivr.testing.asterisk import add_dialplan, private_settings, running_asterisk
from ivr.testing.calls import cut_short
from ivr.testing.processes import running

HOTLINE, RECORDER = "1022", "2022"
PAUSES = ceil(PEN_AND_PAPER / 0.3)
"""Pauses between words, of 0.3 s, in which a citizen gets pen and paper."""
PROMPT = 0.3
"""Seconds left of each prompt: a call is short, and Asterisk's share of the work as small as it can be."""
_DIALPLAN = """[from-trunk](+)
exten => 2022,1,Goto(bench,s,1)

[bench]
exten => s,1,Answer()
 same => n,Read(K,{greeting},1,,1,0.05)
 same => n,Read(K,{menu},1,,1,5)
 same => n,Read(K,{noi},1,,1,0.05)
 same => n,Record({folder}/${{UNIQUEID}}.alaw,0,120,ky)
 same => n,Read(K,{lien-he},1,,1,2)
 same => n,Read(K,{cong-khai},1,,1,3)
 same => n,Playback({receipt})
 same => n,Playback({tam-biet})
 same => n,Hangup()
"""
"""The dialogue of a report as a dialplan says it: the same prompts, keys, waits, and the same kind of recording."""


@dataclass(frozen=True, kw_only=True)
class Hotline:
    """What is measured."""

    settings: Settings
    asterisk: psutil.Process
    server: psutil.Process
    recorded: Path
    """Where the pure-dialplan recorder puts its files."""

    def cpu(self) -> tuple[float, float]:
        """Seconds of processor time so far: Asterisk, the FastAGI server."""
        return _cpu(self.asterisk), _cpu(self.server)


@contextmanager
def running_hotline(*, whole_prompts: bool = False, **given: object) -> Iterator[Hotline]:
    """Take calls while the block lasts; prompts are cut to :data:`PROMPT` unless ``whole_prompts``."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))  # five a call; children inherit it
    with tempfile.TemporaryDirectory(prefix="tdb-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        ports = {"rtp_start": 20_000, "rtp_end": 26_999}
        own = {"free_space_mb": 0, "instance": "bench", "config": _config(Path(folder))}
        settings = private_settings(Path(folder), **(ports | own | given))
        build(settings, say=lambda line: None)
        if not whole_prompts:
            cut_short(settings, PROMPT)
        migrate(settings)
        recorded = settings.home / "pure"
        recorded.mkdir()
        add_dialplan(settings, _dialplan(settings, recorded))
        with running_asterisk(settings) as asterisk, running(settings, "agi", ready="agi.ready") as server:
            yield Hotline(
                settings=settings,
                asterisk=asterisk.process,
                server=psutil.Process(server.process.pid),
                recorded=recorded,
            )


def _dialplan(settings: Settings, folder: Path) -> str:
    """The pure-dialplan recorder, with the sounds of the city that answers; the code it reads is always the same."""
    sounds = load_catalogue(settings, settings.city)

    def files(*prompts: str) -> str:
        return "&".join(sounds.sound(name, "vi").path for name in prompts)

    code = "&".join(word.path for word in sounds.words([*spell_code(SAMPLE_CODE, "vi"), PAUSE], "vi"))
    pause = "&".join(word.path for word in sounds.words([PAUSE], "vi") * PAUSES)
    return _DIALPLAN.format_map(
        {name: files(name) for name in ("menu", "noi", "lien-he", "cong-khai", "tam-biet")}
        | {
            "folder": str(folder),
            "greeting": files("chao", "tieng-anh", "ghi-am", "khan"),
            "receipt": "&".join([files("ma"), pause, files("ma-la"), code, files("nhac-lai"), code]),
        }
    )


def _config(home: Path) -> Path:
    """Our configuration, but for RTP from two ports: SIPp sends keys from another one than speech."""
    config = home / "config"
    shutil.copytree(load_settings().config, config)
    rtp = config / "asterisk" / "rtp.conf"
    rtp.write_text(
        re.sub(r"(?m)^strictrtp *=.*", "", rtp.read_text(encoding="utf-8")) + "\nstrictrtp = no\n", encoding="utf-8"
    )
    return config


def _cpu(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)
