"""How a model and a heard recording are shown on the command line."""

from ivr.words import tr
from transcription.model_folder import ModelFolder, Origin
from transcription.tidy import tidy
from transcription.values import Heard


def starter_warning() -> str:
    """What must be said wherever the starter model serves."""
    return tr(
        "Mô hình khởi đầu nghe tốt giọng máy và nghe KÉM giọng người: chỉ để thử, không dùng cho người dân. "
        "Cài mô hình chính thức: tongdai model get",
        "The starter model hears synthetic voices well and people BADLY: for trying out, never for citizens. "
        "Install the official model: tongdai model get",
    )


def describe_model(model: ModelFolder) -> list[str]:
    """Lines on the model in force."""
    match model.origin:
        case Origin.SETTING:
            origin = tr("theo TONGDAI_VOSK_MODEL", "by TONGDAI_VOSK_MODEL")
        case Origin.HOME:
            origin = tr("models/default trong thư mục dữ liệu", "models/default in the home folder")
        case Origin.EMBEDDED:
            origin = tr("mô hình khởi đầu kèm theo", "the embedded starter model")
    lines = [
        tr(f"Mô hình: {model.name} {model.version} ({origin})", f"Model: {model.name} {model.version} ({origin})"),
        tr(f"Thư mục: {model.path}", f"Folder: {model.path}"),
        tr(f"Tần số lấy mẫu: {model.rate} Hz", f"Sample rate: {model.rate} Hz"),
    ]
    return [*lines, starter_warning()] if model.starter else lines


def describe_heard(name: str, heard: Heard) -> list[str]:
    """Lines on one recording: raw text, tidied text, the words' times, and what is wrong with the sound."""
    lines = [
        f"{name}: {heard.seconds:.1f} s, RTF {heard.rtf:.2f}, "
        + tr(f"độ tin cậy {heard.confidence:.2f}", f"confidence {heard.confidence:.2f}"),
        tr("  nghe được: ", "  heard:  ") + (heard.raw_text or tr("(không có lời nói)", "(no speech)")),
    ]
    if heard.raw_text:
        lines.append(tr("  đã chỉnh:  ", "  tidied: ") + tidy(heard.raw_text))
        lines += [f"  {w.start:7.2f} – {w.end:6.2f}  {w.confidence:4.2f}  {w.text}" for w in heard.words]
    if heard.silent:
        lines.append(tr("  bản ghi hầu như im lặng", "  the recording is nearly silent"))
    if heard.machine:
        lines.append(
            tr(
                "  có tiếng máy hoặc nhạc chờ, không ghi thành chữ",
                "  a machine or music on hold in it, left out of the text",
            )
        )
    if heard.doubtful:
        lines.append(tr("  văn bản không đáng tin: cần nghe lại", "  the text is doubtful: somebody should listen"))
    if heard.clipped:
        lines.append(tr("  âm thanh quá to, bị cắt ngọn", "  the sound is over-driven (clipped)"))
    if heard.starter:
        lines.append("  " + starter_warning())
    return lines
