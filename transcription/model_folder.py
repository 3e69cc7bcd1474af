"""Which recogniser model is in force, and whether its folder is whole: read without loading it."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ivr.settings import Settings
from ivr.words import tr
from transcription.errors import ModelError

STARTER = Path(__file__).parent / "starter_model"
"""The embedded model; ``starter.toml`` in it carries name and version and marks every copy as a starter."""

DEFAULT_RATE = 16_000
"""Kaldi's own ``--sample-frequency`` where ``mfcc.conf`` names none."""


class Origin(Enum):
    """Where the model in force was found."""

    SETTING = "setting"  # TONGDAI_VOSK_MODEL
    HOME = "home"  # models/default in the home folder
    EMBEDDED = "embedded"  # the starter model of this package


@dataclass(frozen=True, kw_only=True)
class ModelFolder:
    """A model whose necessary files are there; ``rate`` is what its features were made for."""

    path: Path
    name: str
    version: str
    starter: bool
    rate: int
    origin: Origin


def default_model(settings: Settings) -> Path:
    """Where ``tongdai model get`` puts its link and every process looks when no setting names a model."""
    return settings.home / "models" / "default"


def get_model(settings: Settings) -> ModelFolder:
    """The model in force; one that is named but missing or broken is a :class:`ModelError`, never replaced."""
    if settings.vosk_model is not None:
        return read_model(settings.vosk_model, Origin.SETTING)
    chosen = default_model(settings)
    if chosen.exists() or chosen.is_symlink():
        return read_model(chosen, Origin.HOME)
    return read_model(STARTER, Origin.EMBEDDED)


def read_model(path: Path, origin: Origin) -> ModelFolder:
    """Name, version and rate of the model in this folder; what is missing is named."""
    folder = path.resolve()
    missing = _missing_parts(folder)
    if missing:
        raise ModelError(
            tr(
                f"Mô hình nhận dạng {path} thiếu: {', '.join(missing)}. {_remedy_vi(origin)}",
                f"The recogniser model {path} lacks: {', '.join(missing)}. {_remedy_en(origin)}",
            )
        )
    name, version, starter = _identity(folder)
    return ModelFolder(
        path=folder, name=name, version=version, starter=starter, rate=_sample_rate(folder), origin=origin
    )


def broken_model(model: ModelFolder, reason: str) -> ModelError:
    """The error for a model whose files are there but which cannot be loaded."""
    return ModelError(
        tr(
            f"Không nạp được mô hình nhận dạng {model.path}: {reason}. {_remedy_vi(model.origin)}",
            f"The recogniser model {model.path} cannot be loaded: {reason}. {_remedy_en(model.origin)}",
        )
    )


def _remedy_vi(origin: Origin) -> str:
    match origin:
        case Origin.SETTING:
            return "Sửa TONGDAI_VOSK_MODEL, hoặc bỏ thiết lập này để dùng mô hình có sẵn."
        case Origin.HOME:
            return "Chạy lại `tongdai model get`, hoặc xóa models/default để dùng mô hình có sẵn."
        case Origin.EMBEDDED:
            return "Cài lại tongdai-1022."


def _remedy_en(origin: Origin) -> str:
    match origin:
        case Origin.SETTING:
            return "Correct TONGDAI_VOSK_MODEL, or unset it to use the embedded model."
        case Origin.HOME:
            return "Run `tongdai model get` again, or remove models/default to use the embedded model."
        case Origin.EMBEDDED:
            return "Install tongdai-1022 again."


def _missing_parts(folder: Path) -> list[str]:
    """Vosk reads two layouts (new with am/, old flat) and two graph forms (static, or look-ahead)."""
    if not folder.is_dir():
        return [tr("cả thư mục", "the whole folder")]
    flat = (folder / "final.mdl").is_file()
    acoustic, features = ("final.mdl", "mfcc.conf") if flat else ("am/final.mdl", "conf/mfcc.conf")
    graph = "" if flat else "graph/"
    missing = [part for part in (acoustic, features, f"{graph}words.txt") if not _has(folder / part)]
    static = _has(folder / f"{graph}HCLG.fst")
    look_ahead = _has(folder / f"{graph}HCLr.fst") and _has(folder / f"{graph}Gr.fst")
    if not (static or look_ahead):
        missing.append(f"{graph}HCLG.fst (HCLr.fst + Gr.fst)")
    return missing


def _has(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _identity(folder: Path) -> tuple[str, str, bool]:
    label = folder / "starter.toml"
    if label.is_file():
        said = tomllib.loads(label.read_text(encoding="utf-8"))
        return str(said["name"]), str(said["version"]), True
    released = re.fullmatch(r"(?P<name>.+?)-(?P<version>\d[\w.]*)", folder.name)
    if released is not None:
        return released["name"], released["version"], False
    return folder.name, _fingerprint(folder), False


def _fingerprint(folder: Path) -> str:
    """A model folder without a version in its name is identified by its acoustic model's content."""
    acoustic = next(path for path in (folder / "am/final.mdl", folder / "final.mdl") if path.is_file())
    with acoustic.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _sample_rate(folder: Path) -> int:
    conf = next(path for path in (folder / "conf/mfcc.conf", folder / "mfcc.conf") if path.is_file())
    stated = re.search(r"^\s*--sample-frequency\s*=\s*([\d.]+)", conf.read_text(encoding="utf-8"), re.MULTILINE)
    return round(float(stated[1])) if stated else DEFAULT_RATE
