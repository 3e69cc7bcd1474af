"""``tongdai prompts``: build, check, list and hear what the hotline says."""

import argparse
import shutil
import subprocess
from typing import get_args

from ivr.command import Command
from ivr.prompts.build import build
from ivr.prompts.catalogue import load_catalogue
from ivr.prompts.check import check, greeting_seconds
from ivr.prompts.errors import PromptError
from ivr.settings import Settings
from ivr.settings.files import find_cities
from ivr.speech import Language
from ivr.words import tr


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar=tr("VIỆC", "ACTION"))
    actions.add_parser(
        "build",
        help=tr("dựng các tệp âm thanh còn thiếu hoặc đã đổi lời", "build the sounds that are missing or have changed"),
    )
    actions.add_parser(
        "check",
        help=tr("kiểm tra lời thoại của mọi thành phố", "check the prompts of every city"),
    )
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
        each.add_argument(
            "--language",
            choices=get_args(Language),
            default="vi",
            help=tr("ngôn ngữ của lời thoại", "language of the prompt"),
        )


def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    match arguments.action:
        case "build":
            build(settings)
            print(tr(f"Lời thoại sẵn sàng trong {settings.sounds}.", f"Prompts are ready in {settings.sounds}."))
        case "check":
            return _check(settings)
        case "list":
            _list(settings, arguments.city or settings.city, arguments.language)
        case "say":
            _say(settings, arguments.city or settings.city, arguments.language, arguments.id)
    return 0


def _check(settings: Settings) -> int:
    faults = check(settings)
    for fault in faults:
        print(fault)
    lengths = greeting_seconds(settings, find_cities(settings.config)) if not faults else {}
    if not faults and not lengths:
        print(
            tr(
                "Lời đúng; độ dài lời chào chưa đo vì chưa dựng (tongdai prompts build).",
                "The texts are right; the greetings are not measured until built (tongdai prompts build).",
            )
        )
    for (city, language), seconds in lengths.items():
        print(tr(f"{city} ({language}): lời chào {seconds:.1f} giây", f"{city} ({language}): greeting {seconds:.1f} s"))
    return 1 if faults else 0


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
    help=tr("lời thoại: dựng, kiểm tra, liệt kê, nghe", "prompts: build, check, list, hear"),
    configure=_configure,
    run=_run,
)
