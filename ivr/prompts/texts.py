"""Prompts as data: ``config/prompts/*.toml``, a city's ``prompts.toml`` over them, and its look-ups and notices."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from ivr.prompts import spoken
from ivr.prompts.errors import PromptError
from ivr.prompts.shape import LookupEntries, Spoken, SpokenAgencies, SpokenAnnouncements
from ivr.settings.faults import Fault
from ivr.settings.files import find_cities, read_toml
from ivr.settings.shape import Shape, check_shape
from ivr.speech import Language
from ivr.words import tr

LANGUAGES: tuple[Language, ...] = get_args(Language)
_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")

S = TypeVar("S", bound=Shape)


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
    """Prompts by id and language, with every fault found on the way."""

    by_key: dict[tuple[str, Language], Text]
    faults: list[Fault]


def common_texts(config: Path) -> Texts:
    """The prompts all cities share."""
    return _read_prompts({f"prompts/{path.name}": path for path in sorted((config / "prompts").glob("*.toml"))})


def city_texts(config: Path, city: str) -> Texts:
    """A city's own prompts and the spoken parts of its data: look-ups, announcements, agencies."""
    own, data = own_texts(config, city), data_texts(config, city)
    repeated = [
        Fault(file=f"{city}/prompts.toml", setting=f"[{name}]", text=_twice())
        for name, language in own.by_key.keys() & data.by_key.keys()
        if language == LANGUAGES[0]
    ]
    return Texts(by_key=own.by_key | data.by_key, faults=[*own.faults, *data.faults, *repeated])


def own_texts(config: Path, city: str) -> Texts:
    """The prompts of a city's ``prompts.toml``."""
    path = config / "cities" / city / "prompts.toml"
    if not path.parent.is_dir():
        known = ", ".join(find_cities(config))
        raise PromptError(
            tr(
                f"Không có thành phố {city} trong {path.parent.parent}. Có: {known}.",
                f"No city {city} in {path.parent.parent}. Known: {known}.",
            )
        )
    return _read_prompts({f"{city}/prompts.toml": path} if path.exists() else {})


def data_texts(config: Path, city: str) -> Texts:
    """What is spoken of a city's data files; their shape is also checked, more strictly, with the city."""
    folder = config / "cities" / city
    texts = Texts(by_key={}, faults=[])
    for path in sorted((folder / "lookups").glob("*.toml")):
        file = f"{city}/lookups/{path.name}"
        if (lookups := _read_part(LookupEntries, path, file, texts)) is not None:
            for entry in lookups.entries:
                _add(file, f"lookup.{path.stem}.{entry.key}", {"vi": entry.vi, "en": entry.en}, texts)
    for file, prompts in (
        (f"{city}/announcements.toml", _announcements(folder / "announcements.toml", texts, city)),
        (f"{city}/agencies.toml", _agencies(folder / "agencies.toml", texts, city)),
    ):
        for prompt_id, both in prompts:
            _add(file, prompt_id, both, texts)
    return texts


def _announcements(path: Path, texts: Texts, city: str) -> Iterator[tuple[str, Mapping[str, Spoken]]]:
    if (file := _read_part(SpokenAnnouncements, path, f"{city}/{path.name}", texts)) is not None:
        for entry in file.announcements:
            yield f"thong-bao.{entry.id}", {"vi": entry.vi, "en": entry.en}


def _agencies(path: Path, texts: Texts, city: str) -> Iterator[tuple[str, Mapping[str, Spoken]]]:
    if (file := _read_part(SpokenAgencies, path, f"{city}/{path.name}", texts)) is not None:
        for entry in file.agencies:
            name = entry.name
            yield (
                f"co-quan.{entry.id}",
                {"vi": Spoken(text=name.vi, say=name.say), "en": Spoken(text=name.en, say=name.say_en)},
            )


def _read_part(shape: type[S], path: Path, file: str, texts: Texts) -> S | None:
    data = read_toml(path, file, texts.faults, needed=False)
    return None if data is None else check_shape(shape, data, texts.faults, file=file)


def _read_prompts(paths: Mapping[str, Path]) -> Texts:
    texts = Texts(by_key={}, faults=[])
    for file, path in paths.items():
        for prompt_id, table in (read_toml(path, file, texts.faults) or {}).items():
            if not isinstance(table, dict):
                text = tr("phải là bảng", "must be a table")
                texts.faults.append(Fault(file=file, setting=f"[{prompt_id}]", text=text))
                continue
            _add(file, prompt_id, _both(file, prompt_id, table, texts.faults), texts)
    return texts


def _both(file: str, prompt_id: str, table: dict[str, Any], faults: list[Fault]) -> dict[str, Spoken]:
    """Whatever languages of a prompt are of the right shape: a fault in one does not hide the other."""
    for unknown in sorted(table.keys() - set(LANGUAGES)):
        text = tr("không có thiết lập này (có: vi, en)", "there is no such setting (known: vi, en)")
        faults.append(Fault(file=file, setting=f"[{prompt_id}] {unknown}", text=text))
    found: dict[str, Spoken] = {}
    for language in LANGUAGES:
        place = f"[{prompt_id}] {language}"
        if language not in table:
            faults.append(Fault(file=file, setting=place, text=tr("thiếu", "is missing")))
        elif made := check_shape(Spoken, table[language], faults, file=file, place=place):
            found[language] = made
    return found


def _add(file: str, prompt_id: str, both: Mapping[str, Spoken], texts: Texts) -> None:
    """Keep what can be spoken of one prompt."""
    if not _ID.fullmatch(prompt_id):
        text = tr("chỉ được dùng a-z 0-9 . _ -", "may have a-z 0-9 . _ - only")
        texts.faults.append(Fault(file=file, setting=f"[{prompt_id}]", text=text))
        return
    if any((prompt_id, language) in texts.by_key for language in LANGUAGES):
        texts.faults.append(Fault(file=file, setting=f"[{prompt_id}]", text=_twice()))
        return
    for language in LANGUAGES:
        if (given := both.get(language)) is None:
            continue
        voice = given.voice or language
        said = spoken.speakable(given.text if given.say is None else given.say, voice)
        wrong = spoken.faults(said)
        if given.text and spoken.keys_differ(given.text, said):
            wrong.append(tr("phím trong text và say khác nhau", "text and say name different keys"))
        if not wrong:
            made = Text(id=prompt_id, language=language, text=given.text, spoken=said, voice=voice)
            texts.by_key[prompt_id, language] = made
        texts.faults.extend(Fault(file=file, setting=f"[{prompt_id}] {language}", text=text) for text in wrong)


def _twice() -> str:
    return tr("có hai lần", "is given twice")
