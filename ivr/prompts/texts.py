"""Prompts as data: ``config/prompts/*.toml``, a city's ``prompts.toml`` over them, and its look-ups and notices."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from ivr.prompts import spoken
from ivr.prompts.errors import PromptError
from ivr.speech import Language
from ivr.words import tr

LANGUAGES: tuple[Language, ...] = get_args(Language)
_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
_FIELDS = {"text", "say", "voice"}


@dataclass(frozen=True, kw_only=True)
class Text:
    """One prompt in one language: shown as ``text``, read as ``spoken`` by the voice of ``voice``."""

    id: str
    language: Language
    text: str
    spoken: str
    voice: Language


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Prompts by id and language, with every fault found on the way (file, prompt and language named)."""

    by_key: dict[tuple[str, Language], Text]
    faults: list[str]


def common_texts(config: Path) -> Texts:
    """The prompts all cities share."""
    return _read_all(sorted((config / "prompts").glob("*.toml")))


def city_texts(config: Path, city: str) -> Texts:
    """A city's own prompts and the spoken parts of its data: look-ups, announcements, agencies."""
    folder = config / "cities" / city
    if not folder.is_dir():
        known = ", ".join(find_cities(config))
        raise PromptError(
            tr(
                f"Không có thành phố {city} trong {folder.parent}. Có: {known}.",
                f"No city {city} in {folder.parent}. Known: {known}.",
            )
        )
    prompts = folder / "prompts.toml"
    own = _read_all([prompts] if prompts.exists() else [])
    for path, read in (
        *((path, _lookup) for path in sorted((folder / "lookups").glob("*.toml"))),
        (folder / "announcements.toml", _announcements),
        (folder / "agencies.toml", _agencies),
    ):
        if path.exists():
            for prompt_id, table in _entries(path, read, own.faults):
                _add(path, prompt_id, table, own)
    return own


def find_cities(config: Path) -> list[str]:
    """The ids of the cities in the configuration."""
    return sorted(path.parent.name for path in (config / "cities").glob("*/city.toml"))


def _read_all(paths: list[Path]) -> Texts:
    texts = Texts(by_key={}, faults=[])
    for path in paths:
        for prompt_id, table in _load(path, texts.faults).items():
            _add(path, prompt_id, table, texts)
    return texts


def _load(path: Path, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path}: {error}")
        return {}


def _entries(path: Path, read: Any, faults: list[str]) -> list[tuple[str, Any]]:
    """What a data file wants spoken; its shape is the flow's to check, here only what cannot be read is told."""
    try:
        return list(read(path.stem, _load(path, faults)))
    except (KeyError, TypeError, AttributeError) as error:
        faults.append(tr(f"{path}: thiếu hoặc sai mục {error}", f"{path}: missing or wrong entry {error}"))
        return []


def _lookup(source: str, data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for entry in data.get("entries", []):
        yield f"lookup.{source}.{entry['key']}", {language: entry[language] for language in LANGUAGES}


def _announcements(_: str, data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for entry in data.get("announcements", []):
        yield f"thong-bao.{entry['id']}", {language: entry[language] for language in LANGUAGES}


def _agencies(_: str, data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for entry in data.get("agencies", []):
        name = entry["name"]
        yield (
            f"co-quan.{entry['id']}",
            {
                "vi": {"text": name["vi"], "say": name.get("say", name["vi"])},
                "en": {"text": name["en"], "say": name.get("say_en", name["en"])},
            },
        )


def _add(path: Path, prompt_id: str, table: Any, texts: Texts) -> None:
    """Check one prompt and keep what is right of it."""
    if not _ID.fullmatch(prompt_id):
        texts.faults.append(
            tr(
                f"{path}: [{prompt_id}] chỉ được dùng a-z 0-9 . _ -",
                f"{path}: [{prompt_id}] may have a-z 0-9 . _ - only",
            )
        )
        return
    if (prompt_id, LANGUAGES[0]) in texts.by_key:
        texts.faults.append(tr(f"{path}: [{prompt_id}] có hai lần", f"{path}: [{prompt_id}] is given twice"))
        return
    if not isinstance(table, dict):
        texts.faults.append(tr(f"{path}: [{prompt_id}] phải là bảng", f"{path}: [{prompt_id}] must be a table"))
        return
    for unknown in sorted(set(table) - set(LANGUAGES)):
        texts.faults.append(
            tr(f"{path}: [{prompt_id}] mục lạ {unknown}", f"{path}: [{prompt_id}] unknown entry {unknown}")
        )
    for language in LANGUAGES:
        made = _text(prompt_id, language, table.get(language))
        if isinstance(made, Text):
            texts.by_key[prompt_id, language] = made
        else:
            texts.faults.extend(f"{path}: [{prompt_id}] {language}: {fault}" for fault in made)


def _text(prompt_id: str, language: Language, given: Any) -> Text | list[str]:
    """The prompt in one language, or its faults."""
    if isinstance(given, str):
        given = {"text": given}
    if given is None:
        return [tr("thiếu", "is missing")]
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        return [tr("phải là { text = …, say = … }", "must be { text = …, say = … }")]
    found = [tr(f"mục lạ {name}", f"unknown entry {name}") for name in sorted(set(given) - _FIELDS)]
    text: str = given.get("text", "")
    voice = given.get("voice", language)
    if voice not in LANGUAGES:
        return [*found, tr(f"giọng lạ {voice}", f"unknown voice {voice}")]
    said = spoken.speakable(given.get("say", text), voice)
    found += spoken.faults(said)
    if text and spoken.keys_differ(text, said):
        found.append(tr("phím trong text và say khác nhau", "text and say name different keys"))
    return found or Text(id=prompt_id, language=language, text=text, spoken=said, voice=voice)
