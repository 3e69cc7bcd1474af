"""Put a model archive in force: unpack beside, check that it loads, then swap the link ``models/default``."""

import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ivr.settings import Settings
from ivr.words import tr
from transcription.errors import DownloadError
from transcription.model_fetch import Release, check_sum, fetch
from transcription.model_folder import ModelFolder, Origin, default_model, read_model
from transcription.probe import probe_model

_MOST_BYTES = 8 << 30  # the official model unpacks to well under 2 GiB


def install_model(
    settings: Settings, release: Release, source: str, pinned: str, say: Callable[[str], None]
) -> ModelFolder:
    """Fetch, check, unpack, try and put in force; until the last step nothing that serves is touched."""
    models = default_model(settings).parent
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=models) as name:
        workplace = Path(name)
        archive = workplace / "model.zip"
        say(tr(f"Đang tải {source} …", f"Fetching {source} …"))
        check_sum(fetch(source, archive, say), pinned, say)
        say(tr("Đang giải nén và nạp thử …", "Unpacking and loading it once …"))
        unpacked = _unpack(archive, workplace / "unpacked")
        probe_model(read_model(unpacked, Origin.SETTING))
        place = models / (unpacked.name if unpacked.name != "unpacked" else release.name)
        _swap(unpacked, place)
    _point(default_model(settings), place)
    return read_model(default_model(settings), Origin.HOME)


def _unpack(archive: Path, target: Path) -> Path:
    """The model's folder in the unpacked archive; members that lead outside or are links are refused."""
    try:
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
            if sum(member.file_size for member in members) > _MOST_BYTES:
                raise _unsafe(tr("lớn bất thường", "unreasonably large"))
            for member in members:
                _refuse_outside(member)
            packed.extractall(target)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        raise _unsafe(str(error)) from error
    inside = [path for path in target.iterdir() if path.is_dir()]
    return inside[0] if len(inside) == 1 and not (target / "am").exists() else target


def _refuse_outside(member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in member.filename:
        raise _unsafe(member.filename)
    if stat.S_ISLNK(member.external_attr >> 16):
        raise _unsafe(tr(f"liên kết {member.filename}", f"a link, {member.filename}"))


def _unsafe(what: str) -> DownloadError:
    return DownloadError(
        tr(
            f"Tệp nén của mô hình hỏng hoặc không an toàn: {what}. Không cài đặt gì.",
            f"The model's archive is broken or not safe: {what}. Nothing was installed.",
        )
    )


def _swap(new: Path, place: Path) -> None:
    """Move the new folder into its place; an older one of the same name goes first, into the same workplace."""
    if place.exists():
        place.rename(new.parent / "older")
    new.rename(place)


def _point(link: Path, place: Path) -> None:
    """Swap the link in one step; a folder somebody made there by hand is never removed."""
    if link.exists() and not link.is_symlink():
        raise DownloadError(
            tr(
                f"{link} là thư mục do người khác đặt; đổi tên nó rồi chạy lại. Mô hình mới nằm ở {place}.",
                f"{link} is a folder somebody put there; rename it and run again. The new model lies in {place}.",
            )
        )
    fresh = link.with_name(".default.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(place.name, target_is_directory=True)
    fresh.replace(link)
