"""Words for what rows hold as codes, in the reader's language: no machine's code is shown to a person."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from console.gettext import gettext as _
from console.gettext import lazy_gettext as _l
from console.language import language
from console.times import moment
from ivr.callcentre.browser_phones import person_at
from ivr.callcentre.segments import SegmentKind
from ivr.callcentre.visits import Outcome
from ivr.jobs.schedule import find_occurrence
from ivr.model import CallBackOrigin, CallOutcome, ContactKind, EventKind
from ivr.model.labels import CHANNELS, ENDS, KINDS, REFUSALS, ROLES, STATES
from ivr.services.transcribing import TRANSCRIBE
from ivr.services.upkeep import UPKEEP

TRUNK = "trunk"
"""Name of the trunk's endpoint in Asterisk's configuration (``config/asterisk/pjsip.conf``)."""

EVENTS: Mapping[EventKind, object] = {
    EventKind.FILED: _l("Nhận phản ánh qua điện thoại"),
    EventKind.UPDATED: _l("Người gọi trả lời thêm"),
    EventKind.MOVED: _l("Chuyển trạng thái"),
    EventKind.NOTE: _l("Ghi chú"),
    EventKind.TRANSCRIBED: _l("Đã có nội dung"),
    EventKind.NOT_TRANSCRIBED: _l("Không tạo được nội dung"),
    EventKind.CORRECTED: _l("Sửa nội dung"),
    EventKind.CODED: _l("Cấp mã phản ánh"),
    EventKind.CHANGED: _l("Thay đổi phiếu"),
}

CONTACTS: Mapping[ContactKind, object] = {
    ContactKind.CALLER: _l("Số máy đã gọi"),
    ContactKind.OTHER: _l("Số khác do người gọi để lại"),
    ContactKind.NONE: _l("Không để lại số, tra cứu bằng mã PIN"),
    ContactKind.UNASKED: _l("Chưa hỏi: người gọi gác máy trước"),
}

FLAGS: Mapping[str, object] = {
    "trial": _l("Cuộc gọi thử, không tính vào số liệu"),
    "hung_up": _l("Gác máy khi chưa bấm gửi"),
    "interrupted": _l("Ghi âm bị gián đoạn"),
    "fallback": _l("Ghi âm dự phòng, không qua menu"),
    "truncated": _l("Ghi âm bị cụt"),
    "gaps": _l("Có đoạn đường dây không gửi âm thanh"),
    "machine": _l("Có tiếng máy: báo bận, fax, nhạc chờ"),
    "doubtful": _l("Văn bản không đáng tin"),
    "short": _l("Lời nói rất ngắn"),
    "silent": _l("Không nghe thấy tiếng nói"),
    "clipped": _l("Âm thanh quá lớn, méo tiếng"),
    "code_taken": _l("Mã trùng, đã cấp mã khác"),
}

SHORT_FLAGS: Mapping[str, object] = {
    "trial": _l("Gọi thử"),
    "interrupted": _l("Gián đoạn"),
    "fallback": _l("Dự phòng"),
    "truncated": _l("Bị cụt"),
    "gaps": _l("Thiếu tiếng"),
    "machine": _l("Tiếng máy"),
    "doubtful": _l("Văn bản ngờ"),
    "short": _l("Rất ngắn"),
    "silent": _l("Không có lời"),
}
"""Those that a list says in words; the others are a sign whose words stand beside it."""

NODES: Mapping[str, object] = {
    "say": _l("Phát lời"),
    "menu": _l("Chọn phím"),
    "language": _l("Chọn ngôn ngữ"),
    "hours": _l("Giờ làm việc"),
    "switch": _l("Chế độ khẩn cấp"),
    "consent": _l("Hỏi đồng ý ghi âm"),
    "record": _l("Ghi âm phản ánh"),
    "review": _l("Xác nhận phản ánh"),
    "contact": _l("Hỏi số liên hệ"),
    "publish": _l("Hỏi việc công khai"),
    "receipt": _l("Đọc mã phản ánh"),
    "callback": _l("Yêu cầu gọi lại"),
    "status": _l("Tra cứu phản ánh"),
    "ring": _l("Gọi điện thoại viên"),
    "lookup": _l("Tra cứu thông tin"),
    "announcements": _l("Nghe thông báo"),
    "bye": _l("Chào kết thúc"),
}

SEGMENTS: Mapping[SegmentKind, object] = {
    SegmentKind.MENU: _l("Trong menu"),
    SegmentKind.QUEUE: _l("Chờ trong hàng đợi"),
    SegmentKind.RING: _l("Đổ chuông"),
    SegmentKind.TALK: _l("Nói chuyện"),
    SegmentKind.HOLD: _l("Giữ máy"),
    SegmentKind.RECORDER: _l("Ghi âm phản ánh"),
    SegmentKind.WRAP_UP: _l("Hoàn tất hồ sơ"),
}

QUEUE_OUTCOMES: Mapping[Outcome, object] = {
    Outcome.WAITING: _l("Đang chờ"),
    Outcome.ANSWERED: _l("Có người nghe máy"),
    Outcome.ABANDONED: _l("Gác máy trong khi chờ"),
    Outcome.OVERFLOWED: _l("Không gặp ai, được mời cách khác"),
    Outcome.CALL_BACK: _l("Sẽ được gọi lại"),
}

ORIGINS: Mapping[CallBackOrigin, object] = {
    CallBackOrigin.CUT: _l("Cuộc gọi bị ngắt do sự cố"),
    CallBackOrigin.ASKED: _l("Yêu cầu gọi lại"),
    CallBackOrigin.RANG: _l("Gặp điện thoại viên mà không ai nghe"),
    CallBackOrigin.MENU: _l("Gác máy trong menu"),
    CallBackOrigin.AFTER_HOURS: _l("Gọi ngoài giờ"),
}

OUTCOMES: Mapping[CallOutcome, object] = {
    CallOutcome.REACHED: _l("Đã gặp"),
    CallOutcome.NO_ANSWER: _l("Không nghe máy"),
    CallOutcome.ENGAGED: _l("Máy bận"),
    CallOutcome.WRONG_NUMBER: _l("Nhầm số"),
    CallOutcome.REFUSED: _l("Không muốn nói chuyện"),
}

FIELDS: Mapping[str, object] = {
    "category": _l("Lĩnh vực"),
    "kind": _l("Loại"),
    "urgent": _l("Khẩn"),
    "confidential": _l("Mật"),
    "assignee_id": _l("Người xử lý"),
    "agency": _l("Cơ quan xử lý"),
    "due_at": _l("Hạn trả lời"),
}
"""What an event of kind ``changed`` can have changed."""

JOB_KINDS: Mapping[str, object] = {
    TRANSCRIBE: _l("Tạo nội dung từ ghi âm"),
    UPKEEP: _l("Dọn dữ liệu hết hạn"),
}

JOB_STATES: Mapping[str, object] = {
    "parked": _l("Bị gác lại"),
    "waiting": _l("Đang chờ"),
    "running": _l("Đang chạy"),
}

CHECKS: Mapping[str, object] = {
    "ports": _l("Cổng mạng"),
    "asterisk": _l("Asterisk"),
    "disk": _l("Ổ đĩa"),
    "home": _l("Thư mục dữ liệu"),
    "database": _l("Cơ sở dữ liệu"),
    "clock": _l("Đồng hồ"),
    "sounds": _l("Lời thoại"),
    "desk": _l("Bàn trực"),
    "switches": _l("Công tắc khẩn cấp"),
    "seconds": _l("Thời gian chờ của người gọi"),
    "processes": _l("Tiến trình"),
    "cities": _l("Thành phố"),
    "model": _l("Mô hình nhận dạng"),
}
"""What a finding of ``tongdai doctor`` is about."""

_PAIRS = (STATES, KINDS, REFUSALS, CHANNELS, ROLES, ENDS)


def label(word: StrEnum | str) -> str:
    """The word for a state, kind, refusal, channel, role, end of a call, contact or event."""
    for pairs in _PAIRS:
        # by type where there is one: the state and the refusal da_tra_loi are equal, being strings
        if word in pairs and (not isinstance(word, StrEnum) or type(word) is type(next(iter(pairs)))):
            return pairs[word][language() == "en"]  # type: ignore[index]  # the line above found it there
    for table in (EVENTS, CONTACTS):
        if word in table:
            return str(table[word])  # type: ignore[index]  # as above
    return str(word)


def flag(name: str) -> str:
    """The words for a flag of a ticket or recording."""
    return str(FLAGS.get(name, name))


def short_flag(name: str) -> str:
    """The words for a flag in a list; empty where a sign is enough."""
    return str(SHORT_FLAGS.get(name, ""))


def node(kind: str) -> str:
    """The words for a kind of menu step."""
    return str(NODES.get(kind, kind))


def queue_outcome(outcome: Outcome) -> str:
    """What came of a caller's wait in a queue."""
    return str(QUEUE_OUTCOMES[outcome])


def segment(kind: SegmentKind) -> str:
    """The words for a stretch of a call."""
    return str(SEGMENTS[kind])


def phones(interfaces: Iterable[str]) -> str:
    """``máy op1`` of the telephones in a stretch; a number outside the house has the trunk's name."""
    return ", ".join(_phone(interface) for interface in interfaces)


def _phone(interface: str) -> str:
    if person_at(interface) is not None:
        return _("máy trên trình duyệt")
    name = interface.rpartition("/")[2]
    return _("số ngoài") if name == TRUNK else _("máy %(name)s", name=name)


def origin(value: CallBackOrigin) -> str:
    """Why somebody is to be called."""
    return str(ORIGINS[value])


def outcome(value: CallOutcome) -> str:
    """What came of a call that an operator made."""
    return str(OUTCOMES[value])


def job_kind(kind: str) -> str:
    """The words for a kind of work."""
    return str(JOB_KINDS.get(kind, kind))


def job_subject(subject: str) -> str:
    """What an item is about: the moment its schedule made it for, else the id that stands in its row."""
    occurrence = find_occurrence(subject)
    return moment(occurrence) if occurrence else subject


def job_state(name: str) -> str:
    """The words for a group of the page of jobs."""
    return str(JOB_STATES[name])


def check(name: str) -> str:
    """The words for what a finding is about; a check that names itself in words keeps its name."""
    return str(CHECKS.get(name, name))


def yes_no(value: object) -> str:
    """A truth in words."""
    return _("có") if value else _("không")


def moment_of(text: str) -> str:
    """A moment kept as ISO text in an event, as people read it."""
    return moment(datetime.fromisoformat(text))
