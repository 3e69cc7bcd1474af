"""Which Asterisk serves: a root named by a setting, one installed on the machine, or the one set-up unpacked."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import TongdaiError
from ivr.settings import Settings
from ivr.words import tr

LEAST_MAJOR = 18
"""Older ones lack what the dialplan and pjsip.conf use."""


class AsteriskMissing(TongdaiError):
    """No Asterisk is there, or the one named does not run."""


@dataclass(frozen=True, kw_only=True)
class AsteriskInstall:
    """One Asterisk that runs: ``program`` is the command line's beginning, ``modules`` its module folder."""

    program: tuple[str, ...]
    modules: Path
    data: Path
    """Its own read-only data (``documentation``, ``static-http`` …)."""
    version: str
    root: Path | None
    """The unpacked root, ``None`` for one installed on the machine."""

    @property
    def major(self) -> int:
        """The first number of the version."""
        return _major(self.version)


def get_asterisk(settings: Settings) -> AsteriskInstall:
    """The Asterisk in force; :class:`AsteriskMissing` says how to get one."""
    found = find_asterisk(settings)
    if found is None:
        raise AsteriskMissing(
            tr(
                f"Không có Asterisk ≥ {LEAST_MAJOR}. "
                "Hãy chạy `make asterisk`, cài gói asterisk, hoặc đặt TONGDAI_ASTROOT.",
                f"There is no Asterisk ≥ {LEAST_MAJOR}. Run `make asterisk`, install asterisk, or set TONGDAI_ASTROOT.",
            )
        )
    return found


def find_asterisk(settings: Settings) -> AsteriskInstall | None:
    """``settings.astroot``, else an installed one, else set-up's; a root that is named but faulty is an error."""
    if settings.astroot is not None:
        named = _from_root(settings.astroot.absolute())
        if named is None:
            raise AsteriskMissing(
                tr(
                    f"TONGDAI_ASTROOT={settings.astroot}: ở đó không có Asterisk ≥ {LEAST_MAJOR} chạy được. "
                    "Sửa hoặc bỏ thiết lập này.",
                    f"TONGDAI_ASTROOT={settings.astroot}: no Asterisk ≥ {LEAST_MAJOR} that runs is there. "
                    "Mend or unset it.",
                )
            )
        return named
    return _installed() or _from_root(cached_root())


def cached_root() -> Path:
    """Where ``.setup/asterisk.sh`` keeps the last good root: outside the checkout, so that a fresh clone finds it."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "tongdai-1022" / "asterisk" / "current"


def _from_root(root: Path) -> AsteriskInstall | None:
    """An unpacked Debian root, run by its own loader with its own libraries (nothing of the system is touched)."""
    loader = _first([*root.glob("usr/lib64/ld-linux-*.so.*"), *root.glob("usr/lib/ld-linux-*.so.*")])
    pbx = _first(list(root.glob("usr/lib/*/asterisk/modules/pbx_config.so")))
    if loader is None or pbx is None:
        return None
    libraries = f"{pbx.parents[2]}:{root / 'usr/lib'}"
    program = (str(loader), "--library-path", libraries, str(root / "usr/sbin/asterisk"))
    return _checked(program, modules=pbx.parent, data=root / "usr/share/asterisk", root=root)


def _installed() -> AsteriskInstall | None:
    path = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin")
    prefixes = [Path("/usr/lib"), Path("/usr/lib64"), Path("/usr/local/lib")]
    candidates = [
        *(found for prefix in prefixes for found in prefix.glob("asterisk/modules/pbx_config.so")),
        *Path("/usr/lib").glob("*/asterisk/modules/pbx_config.so"),
    ]
    pbx = _first(candidates)
    if path is None or pbx is None:
        return None
    data = _first([Path("/usr/share/asterisk"), Path("/var/lib/asterisk")]) or Path("/usr/share/asterisk")
    return _checked((path,), modules=pbx.parent, data=data, root=None)


def _checked(program: tuple[str, ...], *, modules: Path, data: Path, root: Path | None) -> AsteriskInstall | None:
    try:
        said = subprocess.run([*program, "-V"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = said.strip().removeprefix("Asterisk ").strip()
    if _major(version) < LEAST_MAJOR:
        return None
    return AsteriskInstall(program=program, modules=modules, data=data, version=version, root=root)


def _major(version: str) -> int:
    found = re.search(r"\d+", version)
    return int(found.group()) if found else 0


def _first(paths: list[Path]) -> Path | None:
    return next((path for path in sorted(paths) if path.exists()), None)
