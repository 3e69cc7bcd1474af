"""What can fail to add up, what it means to a person, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from ivr.words import tr


class Severity(StrEnum):
    """How severe a gap is."""

    OFF = "off"  # something is lost, doubled or stuck: a person must look
    IN_HAND = "in_hand"  # a running call, worker or sweep settles it by itself
    NOTED = "noted"  # settled, with its reason: good to know


class GapKind(StrEnum):
    """Kinds of gaps."""

    CALL_RUNNING = "call_running"  # the call goes on
    CALL_LOST = "call_lost"  # no end, and no process serves it
    CALL_HALF_ENDED = "call_half_ended"  # an end without its reason, or the reverse
    CALL_WITHOUT_ROOM = "call_without_room"  # the full disk did not take what was said
    RECORDING_WITHOUT_TICKET = "recording_without_ticket"
    RECORDING_DOUBLED = "recording_doubled"  # the same sound was filed twice on one line
    RECORDING_WITHOUT_WORK = "recording_without_work"  # neither transcribed nor to be
    TICKET_WITHOUT_CALL = "ticket_without_call"
    TICKET_WITHOUT_RECORDING = "ticket_without_recording"  # and no call-back was asked for
    TICKET_WITHOUT_CODE = "ticket_without_code"
    WORK_OPEN = "work_open"  # waits for a worker, or one has it
    WORK_PARKED = "work_parked"  # given up after three tries
    IN_SPOOL = "in_spool"  # a call's report, audio or journal that is not filed
    ASIDE = "aside"  # put aside because it is unusable
    STRANGE_FILE = "strange_file"  # lies in the spool, is none of ours
    FILE_WITHOUT_ROW = "file_without_row"
    FILE_AFTER_ERASURE = "file_after_erasure"  # its row says that it was erased
    ROW_WITHOUT_FILE = "row_without_file"
    WRONG_LENGTH = "wrong_length"
    WRONG_SHA256 = "wrong_sha256"


@dataclass(frozen=True, kw_only=True)
class Gap:
    """One thing that does not add up: its kind, whose it is (ULID, key or file name), and a detail."""

    what: GapKind
    id: str
    standing: Severity = Severity.OFF
    detail: str = ""


def sentence(what: GapKind) -> str:
    """What it is, for a person."""
    match what:
        case GapKind.CALL_RUNNING:
            return tr("cuộc gọi đang diễn ra", "call that goes on")
        case GapKind.CALL_LOST:
            return tr("cuộc gọi không có kết thúc và không còn ai phục vụ", "call without an end that nobody serves")
        case GapKind.CALL_HALF_ENDED:
            return tr("cuộc gọi có giờ kết thúc mà thiếu lý do, hoặc ngược lại", "call with half an end")
        case GapKind.CALL_WITHOUT_ROOM:
            return tr("cuộc gọi không ghi âm được vì ổ đĩa đầy", "call whose report the full disk did not take")
        case GapKind.RECORDING_WITHOUT_TICKET:
            return tr("ghi âm không có phiếu", "recording without a ticket")
        case GapKind.RECORDING_DOUBLED:
            return tr("một lời nói thành hai ghi âm", "one report filed as two recordings")
        case GapKind.RECORDING_WITHOUT_WORK:
            return tr("ghi âm không được giao chuyển văn bản", "recording nobody was asked to transcribe")
        case GapKind.TICKET_WITHOUT_CALL:
            return tr("phiếu không có cuộc gọi", "ticket without a call")
        case GapKind.TICKET_WITHOUT_RECORDING:
            return tr("phiếu không có ghi âm", "ticket without a recording")
        case GapKind.TICKET_WITHOUT_CODE:
            return tr("phiếu chưa có mã", "ticket without a code")
        case GapKind.WORK_OPEN:
            return tr("việc chờ xử lý", "work that waits")
        case GapKind.WORK_PARKED:
            return tr("việc đã gác lại sau ba lần thử", "work given up after three tries")
        case GapKind.IN_SPOOL:
            return tr("phần cuộc gọi còn trong hàng chờ", "part of a call still in the spool")
        case GapKind.ASIDE:
            return tr("tệp để riêng vì không dùng được", "file put aside because nobody could use it")
        case GapKind.STRANGE_FILE:
            return tr("tệp lạ trong hàng chờ", "strange file in the spool")
        case GapKind.FILE_WITHOUT_ROW:
            return tr("tệp ghi âm không có trong cơ sở dữ liệu", "recording on disk that no row knows")
        case GapKind.FILE_AFTER_ERASURE:
            return tr("tệp vẫn còn dù đã ghi là xóa", "file left of an erased recording")
        case GapKind.ROW_WITHOUT_FILE:
            return tr("ghi âm mất tệp", "recording whose file is gone")
        case GapKind.WRONG_LENGTH:
            return tr("tệp ghi âm sai độ dài", "recording of the wrong length")
        case GapKind.WRONG_SHA256:
            return tr("tệp ghi âm sai mã kiểm tra SHA-256", "recording whose SHA-256 differs")
        case _:
            assert_never(what)


def remedy(gap: Gap) -> str:
    """What to do; ``""`` where nothing is to be done."""
    match gap.standing:
        case Severity.IN_HAND:
            return ""
        case Severity.OFF | Severity.NOTED:
            return _remedy(gap.what)
        case _:
            assert_never(gap.standing)


def _remedy(what: GapKind) -> str:
    match what:
        case GapKind.CALL_RUNNING:
            return ""
        case GapKind.CALL_LOST | GapKind.CALL_HALF_ENDED:
            return tr(
                "Nhật ký cuộc gọi đã mất: xem log/agi.log quanh giờ đó; gọi lại số này nếu có.",
                "Its journal is gone: see log/agi.log around that time; ring the number back if there is one.",
            )
        case GapKind.CALL_WITHOUT_ROOM:
            return tr(
                "Giải phóng ổ đĩa; nếu có số, gọi lại người dân.",
                "Make room on the disk; ring the citizen back if there is a number.",
            )
        case GapKind.RECORDING_WITHOUT_TICKET:
            return tr("Nghe ghi âm và lập phiếu bằng tay.", "Listen to it and make the ticket by hand.")
        case GapKind.RECORDING_DOUBLED:
            return tr("Đánh dấu phiếu sau là trùng với phiếu trước.", "Mark the later ticket a duplicate of the first.")
        case GapKind.RECORDING_WITHOUT_WORK:
            return tr("Nghe và ghi nội dung bằng tay.", "Listen to it and write the text by hand.")
        case GapKind.TICKET_WITHOUT_CALL | GapKind.TICKET_WITHOUT_RECORDING:
            return tr(
                "Xem phiếu và log/watch.log; nếu có số, gọi lại người dân.",
                "See the ticket and log/watch.log; ring the citizen back if there is a number.",
            )
        case GapKind.TICKET_WITHOUT_CODE | GapKind.IN_SPOOL:
            return tr(
                "Chạy tongdai sweep và xem điều nó báo; tongdai watch có đang chạy không?",
                "Run tongdai sweep and see what it tells; is tongdai watch running?",
            )
        case GapKind.WORK_OPEN:
            return tr(
                "Có tongdai worker nào đang chạy không? Xem log/worker-1.log; tăng TONGDAI_WORKERS nếu không kịp.",
                "Does a tongdai worker run? See log/worker-1.log; raise TONGDAI_WORKERS if it cannot keep up.",
            )
        case GapKind.WORK_PARKED:
            return tr("Nghe và ghi nội dung bằng tay.", "Listen to it and write the text by hand.")
        case GapKind.ASIDE | GapKind.STRANGE_FILE:
            return tr("Xem tệp, rồi chuyển đi nơi khác.", "Look at the file, then move it away.")
        case GapKind.FILE_WITHOUT_ROW:
            return tr(
                "Nghe tệp; nếu là phản ánh, lập phiếu bằng tay, rồi chuyển tệp đi nơi khác.",
                "Listen to it; if it is a report make the ticket by hand, then move the file away.",
            )
        case GapKind.FILE_AFTER_ERASURE:
            return tr("Xóa tệp này.", "Delete the file.")
        case GapKind.ROW_WITHOUT_FILE | GapKind.WRONG_LENGTH | GapKind.WRONG_SHA256:
            return tr(
                "Lấy lại tệp từ bản sao lưu; kiểm tra đĩa.", "Bring the file back from the backup; check the disk."
            )
        case _:
            assert_never(what)
