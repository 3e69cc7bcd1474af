"""``tongdai worker``, ``transcribe`` and ``model``, and what ``tongdai doctor`` asks this package.

The engine and numpy are imported where they are used: ``model show`` and ``--help`` need neither.
"""

import argparse
import json
import sys
from pathlib import Path

from ivr.command import Check, Command, Finding
from ivr.settings import Settings
from ivr.words import tr
from transcription.errors import AudioError, ModelError
from transcription.listing import describe_heard, describe_model, starter_warning
from transcription.model_folder import Origin, get_model, read_model


def _configure_worker(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--once",
        action="store_true",
        help=tr("xử lý hết hàng đợi rồi dừng", "work until the queue is empty, then stop"),
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        choices=range(1, 33),
        metavar="N",
        help=tr(
            "số bản ghi nghe cùng lúc, dùng chung một mô hình (mặc định 1)",
            "recordings heard at once with one model (default 1)",
        ),
    )
    parser.add_argument(
        "--metrics",
        action="store_true",
        help=tr("in số liệu cho Prometheus rồi dừng", "print the figures for Prometheus and stop"),
    )


def _run_worker(settings: Settings, given: argparse.Namespace) -> int:
    from transcription.worker_process import print_metrics, run_worker

    if given.metrics:
        return print_metrics(settings)
    return run_worker(settings, threads=given.threads, once=given.once)


def _configure_transcribe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar=tr("TỆP", "FILE"),
        help=tr(
            "WAV, FLAC, Ogg, .alaw, .ulaw, .gsm hoặc .sln, 8–48 kHz",
            "WAV, FLAC, Ogg, .alaw, .ulaw, .gsm or .sln, 8–48 kHz",
        ),
    )
    parser.add_argument("--json", action="store_true", help=tr("một dòng JSON mỗi tệp", "one line of JSON a file"))
    parser.add_argument(
        "--model",
        type=Path,
        metavar=tr("THƯ MỤC", "FOLDER"),
        help=tr("thư mục mô hình Vosk khác", "another Vosk model's folder"),
    )
    parser.add_argument(
        "--reference",
        metavar=tr("CÂU", "SENTENCE"),
        help=tr("câu đã nói: in thêm tỷ lệ từ sai (WER)", "what was said: print the word error rate too"),
    )


def _run_transcribe(settings: Settings, given: argparse.Namespace) -> int:
    """Each file by itself: one that cannot be heard is reported and makes the exit status 1."""
    from ivr.model.word_errors import word_errors
    from transcription.audio import open_audio_file
    from transcription.hearing import hear
    from transcription.probe import probe_model
    from transcription.vosk_recogniser import VoskRecogniser

    model = read_model(given.model, Origin.SETTING) if given.model else get_model(settings)
    probe_model(model)
    recogniser = VoskRecogniser(model)
    status = 0
    for path in given.files:
        try:
            with open_audio_file(path) as audio:
                heard = hear(audio, recogniser).heard
        except AudioError as error:
            print(f"tongdai: {error}", file=sys.stderr)
            status = 1
            continue
        rate = word_errors(given.reference, heard.raw_text).rate if given.reference else None
        if given.json:
            scored = {} if rate is None else {"wer": round(rate, 4)}
            print(json.dumps({"file": str(path), **heard.as_dict(), **scored}, ensure_ascii=False), flush=True)
        else:
            scored_line = [] if rate is None else [f"  WER {rate:.1%}"]
            print("\n".join([*describe_heard(str(path), heard), *scored_line]), flush=True)
    return status


def _configure_model(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar=tr("VIỆC", "ACTION"))
    actions.add_parser("show", help=tr("mô hình đang dùng", "the model in force"))
    get = actions.add_parser(
        "get", help=tr("tải và dùng mô hình chính thức", "fetch the official model and put it in force")
    )
    get.add_argument("--small", action="store_true", help=tr("bản nhỏ (32 MB)", "the small one (32 MB)"))
    get.add_argument(
        "--from",
        dest="source",
        metavar=tr("TỆP|URL", "FILE|URL"),
        help=tr("tệp .zip đã tải sẵn, hoặc địa chỉ khác", "a .zip fetched before, or another address"),
    )
    get.add_argument("--sha256", default="", metavar="HEX", help=tr("SHA-256 phải có", "the SHA-256 it must have"))


def _run_model(settings: Settings, given: argparse.Namespace) -> int:
    from transcription.model_fetch import OFFICIAL, SMALL
    from transcription.model_install import install_model

    if given.action == "show":
        print("\n".join(describe_model(get_model(settings))))
        return 0
    release = SMALL if given.small else OFFICIAL
    source = given.source or release.address
    pinned = given.sha256 or (release.sha256 if given.source is None else "")
    installed = install_model(settings, release, source, pinned, lambda line: print(line, flush=True))
    print("\n".join(describe_model(installed)))
    if settings.vosk_model is not None:
        print(
            tr(
                f"Lưu ý: TONGDAI_VOSK_MODEL={settings.vosk_model} vẫn được ưu tiên.",
                f"Note: TONGDAI_VOSK_MODEL={settings.vosk_model} still comes first.",
            )
        )
    print(tr("Khởi động lại các tiến trình worker để dùng.", "Restart the workers to use it."))
    return 0


def _check_model(settings: Settings) -> list[Finding]:
    """The model in force is whole and loads; the starter passes, with a note that it is one."""
    from transcription.probe import probe_model

    name = tr("Mô hình nhận dạng", "Recogniser model")
    try:
        model = get_model(settings)
        probe_model(model)
    except ModelError as error:
        return [
            Finding(
                name=name,
                ok=False,
                text=str(error),
                remedy=tr(
                    "Xem `tongdai model show`, `tongdai model get`.", "See `tongdai model show`, `tongdai model get`."
                ),
            )
        ]
    text = f"{model.name} {model.version}, {model.rate} Hz"
    return [Finding(name=name, ok=True, text=f"{text}. {starter_warning()}" if model.starter else text)]


WORKER = Command(
    help=tr("Chuyển các bản ghi âm đang chờ thành văn bản", "Turn waiting recordings into text"),
    configure=_configure_worker,
    run=_run_worker,
)
TRANSCRIBE = Command(
    help=tr("Chuyển tệp âm thanh thành văn bản", "Turn audio files into text"),
    configure=_configure_transcribe,
    run=_run_transcribe,
)
MODEL = Command(
    help=tr("Xem hoặc tải mô hình nhận dạng", "Show or fetch the recogniser's model"),
    configure=_configure_model,
    run=_run_model,
)
CHECKS = [Check(name="model", check=_check_model, at_start=True)]
