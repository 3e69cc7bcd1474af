"""A voice pack before it is used: what is missing, not used or badly recorded, file by file; and its levelling."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.prompts import store
from ivr.prompts.errors import PromptError
from ivr.prompts.lengths import synthetic_items, synthetic_lengths
from ivr.prompts.quality import faults_of, remarks_on
from ivr.prompts.recorded import read_recording
from ivr.prompts.sources import Item, Speech
from ivr.prompts.voice import RATE, finish, wav
from ivr.settings import Settings
from ivr.settings.faults import Fault
from ivr.settings.files import find_cities
from ivr.words import tr

SUFFIX = ".wav"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was found in a pack: warnings are what building mends or does without.

    ``lengths`` are the seconds of every sound, by key, as the hotline would play it with this pack.
    """

    faults: list[Fault]
    recorded: int
    lengths: Mapping[str, float]


def judge_pack(settings: Settings, folder: Path, level_into: Path | None = None) -> Judged:
    """Everything to be said about the pack in ``folder``.

    :param level_into: where the recordings are written as they will be heard: trimmed, levelled, 8 kHz, one channel.
    :raises PromptError: there is no such folder, or the levelled recordings would lie in it.
    """
    _check_folders(folder, level_into)
    items, lengths = _spoken(synthetic_items(settings)), dict(synthetic_lengths(settings))
    cities = find_cities(settings.config)
    found = {path: _item_of(path.relative_to(folder), items, cities) for path in _files(folder)}
    faults = [_unused(path, folder) for path, item in found.items() if item is None]
    used = {path: item for path, item in found.items() if item is not None}
    for path, item in used.items():
        key, tail = _key_of(path.relative_to(folder)), _tail(item)
        try:
            recording = read_recording(path.read_bytes())
            samples = recording.at_telephone_rate()
            heard = finish(samples, tail=0.0)
        except (PromptError, OSError, ValueError) as error:
            faults.append(_fault(path, folder, _unreadable(error)))
            continue
        seconds, synthetic = len(heard) / RATE, lengths[item.key] - tail
        wrong = faults_of(recording, samples, seconds=seconds, synthetic=synthetic)
        faults += [_fault(path, folder, text) for text in wrong]
        faults += [_fault(path, folder, text, warning=True) for text in remarks_on(samples)]
        lengths[key] = seconds + tail
        if level_into is not None:
            store.write_whole(level_into / f"{key}{SUFFIX}", wav(heard))
    faults += _missing(items, {_key_of(path.relative_to(folder)) for path in used})
    return Judged(faults=faults, recorded=len(used), lengths=lengths)


def _check_folders(folder: Path, level_into: Path | None) -> None:
    if not folder.is_dir():
        raise PromptError(tr(f"Không có thư mục {folder}.", f"There is no folder {folder}."))
    if level_into is not None and level_into.resolve().is_relative_to(folder.resolve()):
        raise PromptError(
            tr(
                f"{level_into} nằm trong bộ giọng; hãy chọn thư mục khác để bản thu gốc còn nguyên.",
                f"{level_into} lies in the pack; choose another folder, so that the originals stay as they are.",
            )
        )


def _spoken(items: Mapping[str, Item]) -> dict[str, Item]:
    """What a person can record: no tone, no pause."""
    return {key: item for key, item in items.items() if isinstance(item.source, Speech)}


def _files(folder: Path) -> list[Path]:
    """Every file of a pack but the hidden ones that file managers leave."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in paths if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _key_of(inside: Path) -> str:
    return inside.with_suffix("").as_posix()


def _item_of(inside: Path, items: Mapping[str, Item], cities: Collection[str]) -> Item | None:
    """The text that a file speaks: its own, or a common one that a city has recorded for itself; None where none is."""
    if inside.suffix != SUFFIX:
        return None
    key = _key_of(inside)
    city, _, common = key.partition("/")
    if city in cities and common.count("/") == 1:
        return items.get(key) or items.get(common)
    return items.get(key)


def _tail(item: Item) -> float:
    """Seconds of quiet that building adds after it."""
    return item.source.tail if isinstance(item.source, Speech) else 0.0


def _unused(path: Path, folder: Path) -> Fault:
    text = tr(
        "không dùng đến: không có lời nào mang tên này. Đổi tên theo tongdai prompts sheet, hoặc bỏ tệp này đi",
        "is not used: no prompt has this name. Rename it as tongdai prompts sheet says, or take it away",
    )
    return _fault(path, folder, text, warning=True)


def _unreadable(error: Exception) -> str:
    return tr(f"không nghe được ({error}). Ghi lại thành WAV", f"cannot be heard ({error}). Record it again as WAV")


def _missing(items: Mapping[str, Item], recorded: Collection[str]) -> Iterator[Fault]:
    """What the synthetic voice will speak: a line for each folder, with names where part of it is recorded."""
    folders: dict[str, list[str]] = {}
    for key in items:
        folders.setdefault(key.rpartition("/")[0], []).append(key)
    for folder, keys in folders.items():
        absent = [key.rpartition("/")[2] for key in keys if key not in recorded]
        if not absent:
            continue
        names = "" if len(absent) == len(keys) else ": " + ", ".join(absent)
        text = tr(
            f"thiếu {len(absent)}/{len(keys)} bản thu, giọng máy sẽ đọc thay{names}",
            f"{len(absent)} of {len(keys)} are not recorded, the synthetic voice will speak them{names}",
        )
        yield Fault(file=folder, text=text, warning=True)


def _fault(path: Path, folder: Path, text: str, *, warning: bool = False) -> Fault:
    return Fault(file=path.relative_to(folder).as_posix(), text=text, warning=warning)
