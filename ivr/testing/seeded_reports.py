"""The ten reports of a seeded console: one in every stage, said by citizens as citizens speak."""

from dataclasses import dataclass

from ivr.model import ContactKind, Kind, State


@dataclass(frozen=True, kw_only=True)
class SeededReport:
    """A report to be seeded, spoken ``minutes`` ago; a word the recogniser was unsure of ends with a question mark."""

    number: int
    minutes: float
    text: str
    caller: str | None = "+84905123456"
    category: str | None = "ha-tang"
    kind: Kind = Kind.PHAN_ANH
    heard: bool = True
    confidential: bool = False
    urgent: bool = False
    contact: ContactKind = ContactKind.CALLER
    pin: str | None = None
    flags: tuple[str, ...] = ()
    hours: float | None = 24
    moves: tuple[tuple[str, State, str], ...] = ()
    holder: str | None = None
    call: str = ""
    """ULID of the call it is a further report of."""


REPORTS = (
    SeededReport(
        number=4217,
        minutes=4,
        text="đường nguyễn trãi đoạn trước số nhà 120 phường thạch thang ngập? nước sâu khoảng nửa mét "
        "từ năm giờ sáng nay xe máy chết máy rất nhiều đề nghị thành phố cho người đến khơi? cống",
        category="ngap-nuoc",
        urgent=True,
        hours=8,
    ),
    SeededReport(
        number=4216,
        minutes=11,
        text="rác thải xây dựng đổ đầy vỉa hè kiệt 45 lê độ hai hôm nay chưa ai dọn mùi? hôi rất khó chịu",
        category="rac-thai",
        caller="+84914777888",
    ),
    SeededReport(
        number=4215, minutes=26, text="", heard=False, caller="+84935000111", category=None, flags=("hung_up",)
    ),
    SeededReport(
        number=4214,
        minutes=75,
        text="quán karaoke số 8 phan tứ hát rất to sau mười giờ đêm cả tuần nay người già và trẻ em không ngủ được",
        category="tieng-on",
        caller="+84773222333",
    ),
    SeededReport(
        number=4213,
        minutes=190,
        text="đèn đường trên cầu nguyễn tri phương tắt ba bóng liền nhau buổi tối rất nguy hiểm "
        "mấy hôm nay xe đi từ phía bệnh viện sang không thấy rõ làn bên phải tôi đã báo tổ dân phố nhưng chưa có ai "
        "đến xem xin cho thợ điện kiểm tra cả đoạn giữa cầu vì hình như dây bị đứt do gió lớn tuần trước cảm ơn",
        category="chieu-sang",
        moves=(("lan", State.DA_TIEP_NHAN, ""),),
        holder="lan",
        caller="+84905123456",
    ),
    SeededReport(
        number=4212,
        minutes=400,
        text="cây phượng trước trường tiểu học phù đổng nghiêng hẳn ra đường sợ gãy khi mưa bão",
        category="cay-xanh",
        moves=(("lan", State.DA_TIEP_NHAN, ""), ("lan", State.DA_CHUYEN, "")),
        holder="lan",
        caller="+84982444555",
    ),
    SeededReport(
        number=4211,
        minutes=1500,
        text="nắp cống trước chợ hàn bị vỡ có người vấp ngã tối qua",
        category="ngap-nuoc",
        hours=8,
        moves=(("minh", State.DA_TIEP_NHAN, ""), ("minh", State.DA_CHUYEN, ""), ("minh", State.DANG_XU_LY, "")),
        holder="minh",
        caller="+84905666777",
    ),
    SeededReport(
        number=4210,
        minutes=2900,
        text="cán bộ một cửa phường yêu cầu đi lại ba lần mới nhận hồ sơ thái độ rất khó chịu",
        kind=Kind.THAI_DO,
        category="thu-tuc",
        confidential=True,
        caller=None,
        contact=ContactKind.NONE,
        pin="4711",
    ),
    SeededReport(
        number=4209,
        minutes=4300,
        text="xin hỏi thủ tục cấp đổi căn cước cho người già không đi lại được",
        kind=Kind.HOI_DAP,
        category="thu-tuc",
        moves=(
            ("lan", State.DA_TIEP_NHAN, ""),
            ("lan", State.DA_TRA_LOI, "Đã gọi lại, hướng dẫn đăng ký cấp lưu động tại nhà."),
        ),
        holder="lan",
        caller="+842363888999",
    ),
    SeededReport(
        number=4208,
        minutes=5800,
        text="a lô a lô",
        category=None,
        hours=None,
        moves=(("minh", State.TU_CHOI, "Ba lần gọi thử, không nói nội dung."),),
        caller="+84566111222",
    ),
)
