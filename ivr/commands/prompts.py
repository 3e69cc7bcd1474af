"""``tongdai prompts``: build, check, list and hear what the hotline says; what a person who records it needs."""

import argparse
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import get_args

from ivr.city.city import City, read_city
from ivr.city.seconds.check import describe, measure_built, past_limits, warnings_of
from ivr.command import Command
from ivr.prompts import sheet
from ivr.prompts.build import build
from ivr.prompts.catalogue import load_catalogue
from ivr.prompts.check import check
from ivr.prompts.errors import PromptError
from ivr.prompts.lengths import built_lengths
from ivr.settings import Settings
from ivr.settings.faults import Fault
from ivr.settings.files import find_cities
from ivr.speech import Language
from ivr.words import tr

_LANGUAGES: tuple[Language, ...] = get_args(Language)


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar=tr("VIỆC", "ACTION"))
    actions.add_parser(
        "build",
        help=tr("dựng các tệp âm thanh còn thiếu hoặc đã đổi lời", "build the sounds that are missing or have changed"),
    )
    _configure_check(
        actions.add_parser(
            "check",
            help=tr(
                "kiểm tra lời thoại và số giây của mọi thành phố, hoặc một bộ giọng trước khi dùng",
                "check the prompts and seconds of every city, or a voice pack before it is used",
            ),
        )
    )
    reading = actions.add_parser(
        "sheet", help=tr("in bảng lời cho người thu âm", "print the reading list for a person who records")
    )
    reading.add_argument("city", help=tr("mã thành phố", "id of a city"))
    reading.add_argument("--csv", action="store_true", help=tr("dạng CSV thay vì bảng Markdown", "CSV, not Markdown"))
    listing = actions.add_parser(
        "list", help=tr("liệt kê lời thoại của một thành phố", "list the prompts of a city, with lengths")
    )
    say = actions.add_parser(
        "say",
        help=tr("hiện lời và tệp của một lời thoại, phát nếu được", "show a prompt and its file, play it if possible"),
    )
    say.add_argument("id", help=tr("mã lời thoại, ví dụ chao", "the prompt's id, such as chao"))
    for each in (listing, say):
        each.add_argument(
            "--city", help=tr("thành phố (mặc định: thiết lập city)", "the city (default: the setting city)")
        )
    for each, default in ((listing, "vi"), (say, "vi"), (reading, None)):
        both = tr("; không ghi là cả hai", "; both if not given") if default is None else ""
        each.add_argument(
            "--language",
            choices=_LANGUAGES,
            default=default,
            help=tr("ngôn ngữ của lời thoại", "language of the prompt") + both,
        )


def _configure_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar=tr("THƯ_MỤC", "FOLDER"),
        help=tr("bộ giọng người thu âm", "a pack of recordings"),
    )
    parser.add_argument(
        "--level",
        type=Path,
        metavar=tr("THƯ_MỤC_MỚI", "OUT"),
        help=tr(
            "ghi các bản thu đã cắt, chỉnh mức, 8 kHz một kênh vào thư mục này",
            "write the recordings trimmed, levelled, at 8 kHz and with one channel into this folder",
        ),
    )


def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    match arguments.action:
        case "build":
            build(settings)
            print(tr(f"Lời thoại sẵn sàng trong {settings.sounds}.", f"Prompts are ready in {settings.sounds}."))
            for warning in warnings_of(settings):
                print(warning)
        case "check" if arguments.folder is None and arguments.level is not None:
            raise PromptError(tr("--level cần thư mục bộ giọng.", "--level needs the folder of a voice pack."))
        case "check" if arguments.folder is None:
            return _check(settings)
        case "check":
            return _check_pack(settings, arguments.folder, arguments.level)
        case "sheet":
            _sheet(settings, arguments.city, arguments.language, as_csv=arguments.csv)
        case "list":
            _list(settings, arguments.city or settings.city, arguments.language)
        case "say":
            _say(settings, arguments.city or settings.city, arguments.language, arguments.id)
    return 0


def _check(settings: Settings) -> int:
    """Texts first; then the seconds of what is built: a fault, or a warning where a person has recorded it."""
    if faults := check(settings):
        print(*faults, sep="\n")
        return 1
    return _seconds(settings, built_lengths(settings), recorded=settings.voice_pack is not None)


def _check_pack(settings: Settings, folder: Path, level_into: Path | None) -> int:
    from ivr.prompts.pack import judge_pack  # loads a decoder

    judged = judge_pack(settings, folder, level_into)
    wrong = [fault for fault in judged.faults if not fault.warning]
    for fault in sorted(judged.faults, key=lambda fault: fault.warning):
        print(fault)
    _seconds(settings, judged.lengths, recorded=True)
    print(
        tr(
            f"{judged.recorded} bản thu, {len(wrong)} lỗi, {len(judged.faults) - len(wrong)} lưu ý",
            f"{judged.recorded} recordings, {len(wrong)} faults, {len(judged.faults) - len(wrong)} remarks",
        )
    )
    if level_into is not None:
        print(tr(f"Bản đã chỉnh mức: {level_into}", f"Levelled recordings: {level_into}"))
    return 1 if wrong else 0


def _seconds(settings: Settings, lengths: Mapping[str, float], *, recorded: bool) -> int:
    """Print how long callers of every city wait; 1 where that is a fault."""
    faults: list[Fault] = []
    for city in _cities(settings):
        figures = measure_built(settings, city, lengths)
        print(*describe(city, figures), sep="\n")
        faults += past_limits(city, figures, warning=recorded)
    for fault in faults:
        print(fault)
    return int(any(not fault.warning for fault in faults))


def _cities(settings: Settings) -> list[City]:
    """Every city without a fault; the others are ``tongdai flow check``'s to tell."""
    read = (read_city(settings.config, name)[0] for name in find_cities(settings.config))
    return [city for city in read if city is not None]


def _sheet(settings: Settings, city: str, language: Language | None, *, as_csv: bool) -> None:
    synthetic = built_lengths(settings.model_copy(update={"voice_pack": None}))
    catalogue = replace(load_catalogue(settings, city), lengths=synthetic)
    readings = sheet.reading_list(catalogue, (language,) if language else _LANGUAGES)
    print(sheet.as_csv(readings) if as_csv else sheet.as_markdown(readings), end="")


def _list(settings: Settings, city: str, language: Language) -> None:
    catalogue = load_catalogue(settings, city)
    for prompt_id, text in sorted(catalogue.texts(language).items()):
        print(f"{prompt_id:32} {catalogue.sound(prompt_id, language).seconds:5.1f} s  {text}")


def _say(settings: Settings, city: str, language: Language, prompt_id: str) -> None:
    catalogue = load_catalogue(settings, city)
    text, sound = catalogue.get(prompt_id, language), catalogue.sound(prompt_id, language)
    file = f"{sound.path}.wav"
    print(f"{text.text}\n{text.spoken}\n{file}")
    if file in catalogue.missing(settings):
        raise PromptError(
            tr(
                f"{file} chưa được dựng. Chạy: tongdai prompts build.",
                f"{file} is not built. Run: tongdai prompts build.",
            )
        )
    if player := shutil.which("aplay"):
        subprocess.run([player, "-q", file], check=False)


COMMAND = Command(
    help=tr(
        "lời thoại: dựng, kiểm tra, liệt kê, nghe, thu âm", "prompts: build, check, list, hear, have them recorded"
    ),
    configure=_configure,
    run=_run,
)
