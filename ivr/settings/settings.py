"""Every setting of the hotline: an environment variable ``TONGDAI_<NAME>``, else ``settings.toml``, else the default.

``settings.toml`` lies in ``TONGDAI_HOME``. Each field's description is what ``docs/settings.md`` must say (tested).
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ivr.errors import TongdaiError
from ivr.settings.capacity import most_at_once, most_begun, pairs
from ivr.settings.files import parse_toml
from ivr.settings.folders import HomeFolders
from ivr.settings.shape import explain
from ivr.words import tr


class SettingsError(TongdaiError):
    """A setting has a wrong value, or the configuration folder cannot be found."""


def _default_home() -> Path:
    return Path(os.environ.get("TONGDAI_HOME", "var")).absolute()


def _find_config() -> Path:
    """``TONGDAI_CONFIG``, else the checkout's ``config/``, else ``/etc/tongdai`` (DESIGN §1)."""
    checkout = Path(__file__).resolve().parents[2] / "config"
    for candidate in (Path(os.environ.get("TONGDAI_CONFIG", "")), checkout, Path("/etc/tongdai")):
        if (candidate / "cities").is_dir():
            return candidate.absolute()
    raise SettingsError(
        tr(
            "Không tìm thấy thư mục cấu hình (config/ có cities/ bên trong). Đặt TONGDAI_CONFIG trỏ tới thư mục đó.",
            "No configuration folder (a config/ with cities/ in it). Point TONGDAI_CONFIG at it.",
        )
    )


class Settings(HomeFolders, BaseSettings):
    """All settings, read once at start and never changed afterwards."""

    model_config = SettingsConfigDict(env_prefix="TONGDAI_", frozen=True, extra="forbid")

    home: Path = Field(
        default_factory=_default_home,
        description="Folder that holds all state: database, spool, recordings, logs, secrets.",
    )
    config: Path = Field(
        default_factory=_find_config, description="Folder with cities/, prompts/ and asterisk/ templates."
    )
    city: str = Field(default="da-nang", description="City whose menu answers when the dialplan names none.")
    language: Literal["vi", "en"] = Field(default="vi", description="Language of command-line output.")
    instance: str = Field(
        default="1022",
        pattern=r"^[a-z0-9-]{1,32}$",
        description="Name of this instance; separates several on one machine.",
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL; empty means the SQLite file tongdai.db in the home folder."
    )
    bind: str = Field(
        default="127.0.0.1",
        description="Address the console, the live-event hub and SIP listen on; everything else stays on loopback.",
    )
    console_port: int = Field(default=8022, ge=1, le=65535, description="TCP port of the console.")
    hub_port: int = Field(default=8023, ge=1, le=65535, description="TCP port of the live-event hub (SSE).")
    agi_port: int = Field(default=4573, ge=1, le=65535, description="TCP port of the FastAGI server, loopback only.")
    ami_port: int = Field(
        default=5038, ge=1, le=65535, description="TCP port of Asterisk's manager interface, loopback only."
    )
    asterisk_http_port: int = Field(
        default=8088,
        ge=1,
        le=65535,
        description="TCP port of Asterisk's HTTP/WebSocket server, loopback only.",
    )
    sip_port: int = Field(default=5060, ge=1, le=65535, description="UDP port of SIP.")
    rtp_start: int = Field(default=10000, ge=1024, le=65534, description="First UDP port of RTP.")
    rtp_end: int = Field(default=10999, ge=1025, le=65535, description="Last UDP port of RTP.")
    max_calls: int = Field(
        default=0,
        ge=0,
        description="Calls taken at once, further ones are refused with 503; 0 is 240 for each processor core. Never "
        "more than the RTP ports carry.",
    )
    calls_a_second: float = Field(
        default=0.0,
        ge=0,
        description="Calls taken a second, counted over ten seconds, further ones are refused with 503; 0 is four for "
        "each processor core.",
    )
    astroot: Path | None = Field(
        default=None,
        description="A ready unpacked Asterisk root; else an installed asterisk ≥ 18, "
        "else the root set-up keeps in the cache folder.",
    )
    trunk_addresses: str = Field(
        default="127.0.0.1",
        description="Addresses or networks, separated by commas, whose SIP calls are taken as the city's trunk.",
    )
    withheld_numbers: Literal["hide", "keep"] = Field(
        default="hide",
        description="What is done with the number of a caller who asked the network not to show it: hide (it is not "
        "stored, the caller is treated as anonymous) or keep (docs/asterisk.md on the law).",
    )
    operator_phone: str = Field(
        default="PJSIP/100",
        description="Asterisk dial string that key 0 rings while no operator is signed in; may be empty.",
    )
    operator_wait: int = Field(default=45, ge=1, le=300, description="Seconds a caller waits for a person.")
    missed_after: int = Field(
        default=15,
        ge=1,
        le=600,
        description="Seconds in the menu from which a caller who left without a report is owed a call.",
    )
    vosk_model: Path | None = Field(
        default=None,
        description="Folder of a Vosk model; else models/default in the home folder, else the embedded starter model.",
    )
    voice_pack: Path | None = Field(
        default=None,
        description="Folder of recorded prompts (<language>/<id>.wav); a file there wins over the synthetic voice.",
    )
    workers: int = Field(default=1, ge=1, le=64, description="Transcription worker processes.")
    console_processes: int = Field(
        default=2,
        ge=1,
        le=32,
        description="Processes of the console's web server; more than there are cores gain nothing.",
    )
    console_threads: int = Field(default=8, ge=1, le=256, description="Threads of each of these processes.")
    record_limit: int = Field(
        default=120,
        ge=5,
        le=600,
        description="Longest take in seconds; ten seconds before, a tone is heard and the next take begins.",
    )
    record_total: int = Field(
        default=600, ge=5, le=3600, description="Longest report in seconds, all its takes together."
    )
    record_silence: int = Field(default=8, ge=1, le=60, description="Seconds of silence that end a recording.")
    record_minimum: float = Field(
        default=2.0, ge=0.1, le=30, description="Seconds of speech a report needs to be filed."
    )
    key_wait: float = Field(default=5.0, ge=0.2, le=60, description="Seconds a menu waits for a key.")
    deadman_margin: int = Field(
        default=8,
        ge=2,
        le=60,
        description="Seconds beyond a command's length before the dialplan takes a call from a silent server.",
    )
    frozen_after: float = Field(
        default=15.0,
        ge=1,
        description="Seconds a process may answer nothing and do nothing before `tongdai run` restarts it; "
        "four times as long for one that is busy.",
    )
    free_space_mb: int = Field(
        default=200, ge=0, description="Free MiB in the spool below which no recording is begun."
    )
    sweep_every: float = Field(default=30.0, ge=0.2, description="Seconds between sweeps.")
    sweep_still: float = Field(
        default=10.0,
        ge=0.2,
        description="Seconds audio of a dead call must have stood still before the sweep files it.",
    )
    sweep_orphan: float = Field(
        default=150.0,
        ge=0.2,
        description="Seconds audio without a sidecar must have stood still before the sweep files it.",
    )
    lease_seconds: float = Field(
        default=300.0, ge=1, description="Seconds a work item belongs to the worker that claimed it."
    )
    session_hours: int = Field(
        default=12, ge=1, le=168, description="Hours after which a signed-in person signs in again."
    )
    several_calls: int = Field(
        default=3, ge=2, le=1000, description="From how many calls of one number lists and pages of the console say so."
    )
    several_minutes: int = Field(
        default=10, ge=1, le=1440, description="Minutes before and after a call within which these are counted."
    )
    reason_minutes: int = Field(
        default=15,
        ge=0,
        le=480,
        description="Minutes a reason given for listening serves other recordings, and a number that was looked at "
        "for a reason stays shown; 0 asks each time.",
    )
    public_url: str = Field(
        default="",
        description="Address under which browsers reach the console; empty means http://<bind>:<console_port>.",
    )
    hub_url: str = Field(
        default="",
        description="Address under which browsers reach the hub; empty means http://<bind>:<hub_port>.",
    )
    telephone_url: str = Field(
        default="",
        description="Address under which browsers reach Asterisk's WebSocket, for telephones in the browser; empty "
        "means ws://127.0.0.1:<asterisk_http_port>/ws.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log line that is written."
    )

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite+pysqlite:///{self.home / 'tongdai.db'}"

    @property
    def most_calls(self) -> int:
        """Calls taken at once."""
        return most_at_once(self.max_calls, self.rtp_pairs)

    @property
    def most_begun(self) -> int:
        """Calls taken within :data:`ivr.settings.capacity.WINDOW` seconds."""
        return most_begun(self.calls_a_second)

    @property
    def rtp_pairs(self) -> int:
        """Calls for which there are RTP ports: one more would be refused for good (488)."""
        return pairs(self.rtp_start, self.rtp_end)

    @property
    def session_cookie(self) -> str:
        """The cookie of who is signed in; browsers share cookies between ports, so each instance has its own."""
        return "tongdai_session" if self.instance == "1022" else f"tongdai_session_{self.instance}"

    @property
    def console_address(self) -> str:
        """The console's address as a browser writes it, without a slash at the end."""
        return (self.public_url or f"http://{self.bind}:{self.console_port}").rstrip("/")

    @property
    def hub_address(self) -> str:
        """The hub's address as a browser writes it, without a slash at the end."""
        return (self.hub_url or f"http://{self.bind}:{self.hub_port}").rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over ``settings.toml``."""
        path = _default_home() / "settings.toml"
        written = parse_toml(path.read_bytes()) if path.is_file() else {}
        return (init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=written))


def load_settings(**given: object) -> Settings:
    """The settings in force; a wrong one is one :class:`SettingsError` that lists every fault."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # names and types are checked by pydantic itself
    except ValidationError as error:
        faults = "; ".join(f"TONGDAI_{name.upper()}: {text}" for name, text in explain(Settings, error))
        raise SettingsError(tr(f"Thiết lập sai: {faults}", f"Wrong settings: {faults}")) from error
    except (ValueError, OSError) as error:  # settings.toml is not TOML, or another person's
        raise SettingsError(f"{_default_home() / 'settings.toml'}: {error}") from error
