"""The official model's archive, from its vendor, another address or a file: read once, hashed on the way.

Called on command only (``tongdai model get``); no start ever waits for it.
"""

import hashlib
import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ivr.words import tr
from transcription.errors import DownloadError

VENDOR = "https://alphacephei.com/vosk/models/"
PATIENCE = 20.0  # seconds without a byte
_PIECE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Release:
    """A published model; ``sha256`` of its archive is empty where none is known to us."""

    name: str
    sha256: str = ""

    @property
    def address(self) -> str:
        """Where its vendor offers it."""
        return f"{VENDOR}{self.name}.zip"


OFFICIAL = Release(name="vosk-model-vn-0.4")
SMALL = Release(name="vosk-model-small-vn-0.4")
# No SHA-256 is known to us for either: pin it here once somebody vouches for an archive.


def fetch(source: str, target: Path, say: Callable[[str], None]) -> str:
    """Copy ``source`` (URL or path) into ``target`` and give its SHA-256; any trouble is a DownloadError."""
    digest = hashlib.sha256()
    try:
        with _opened(source) as (archive, length), target.open("wb") as file:
            done = reported = 0
            while piece := archive.read(_PIECE):
                file.write(piece)
                digest.update(piece)
                done += len(piece)
                if done - reported >= 16 * _PIECE:
                    reported = done
                    say(f"  {done >> 20} / {length >> 20 if length else '?'} MiB")
    except (OSError, ValueError, http.client.HTTPException) as error:  # a malformed address is a ValueError
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise DownloadError(
            tr(
                f"Không tải được {source}: {reason}. Kiểm tra mạng, hoặc tải tệp .zip ở máy khác rồi chạy "
                "`tongdai model get --from TỆP.zip`; trong lúc đó mô hình đang dùng vẫn hoạt động.",
                f"Cannot fetch {source}: {reason}. Check the network, or fetch the .zip on another machine and run "
                "`tongdai model get --from FILE.zip`; meanwhile the model in force goes on serving.",
            )
        ) from error
    return digest.hexdigest()


def check_sum(found: str, pinned: str, say: Callable[[str], None]) -> None:
    """Compare with the pinned SHA-256, or say plainly that there is none; a wrong one is a DownloadError."""
    if not pinned:
        say(
            tr(
                f"Không có mã SHA-256 nào được ghim để đối chiếu; tệp nhận được có SHA-256 {found}.",
                f"No SHA-256 is pinned to check against; the archive received has SHA-256 {found}.",
            )
        )
    elif found != pinned.lower():
        raise DownloadError(
            tr(
                f"SHA-256 sai: nhận {found}, cần {pinned}. Không cài đặt gì; hãy tải lại.",
                f"Wrong SHA-256: got {found}, expected {pinned}. Nothing was installed; fetch it again.",
            )
        )
    else:
        say(tr(f"SHA-256 đúng: {found}.", f"SHA-256 is right: {found}."))


@contextmanager
def _opened(source: str) -> Iterator[tuple[BinaryIO, int]]:
    """The archive and its length in bytes (0 where unknown)."""
    if urllib.parse.urlsplit(source).scheme not in {"http", "https"}:
        path = Path(source)
        with path.open("rb") as file:
            yield file, path.stat().st_size
        return
    with urllib.request.urlopen(source, timeout=PATIENCE) as answer:  # noqa: S310  # http(s) only, checked above
        yield answer, int(answer.headers.get("Content-Length") or 0)
