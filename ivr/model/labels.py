"""What people read instead of our words for states, kinds, refusals and roles: Vietnamese and English (DOMAIN §4)."""

from collections.abc import Mapping
from typing import assert_never

from ivr.model.calls import EndReason
from ivr.model.people import Role
from ivr.model.tickets import CLOSED, Channel, Kind, Refusal, State
from ivr.words import tr

Label = tuple[str, str]
"""(Vietnamese, English)."""

STATES: Mapping[State, Label] = {
    State.MOI: ("Mới ghi nhận", "New"),
    State.DA_TIEP_NHAN: ("Đã tiếp nhận", "Accepted"),
    State.CHO_BO_SUNG: ("Chờ bổ sung", "Waiting for the citizen"),
    State.DA_CHUYEN: ("Đã chuyển xử lý", "Sent to an agency"),
    State.DANG_XU_LY: ("Đang xử lý", "In work"),
    State.CHUYEN_TRA: ("Chuyển trả", "Given back by the agency"),
    State.DA_XU_LY: ("Đã xử lý – chờ xác nhận", "Done, to be confirmed"),
    State.DA_TRA_LOI: ("Đã trả lời", "Answered"),
    State.CONG_KHAI: ("Đã công khai", "Published"),
    State.TU_CHOI: ("Không tiếp nhận", "Not taken on"),
    State.TRUNG: ("Trùng phản ánh đã có", "Duplicate"),
    State.MO_LAI: ("Mở lại", "Reopened"),
}

KINDS: Mapping[Kind, Label] = {
    Kind.PHAN_ANH: ("Phản ánh", "Report"),
    Kind.KIEN_NGHI: ("Kiến nghị", "Request"),
    Kind.GOP_Y: ("Góp ý, hiến kế", "Suggestion"),
    Kind.CHAM_GIAI_QUYET: ("Chậm giải quyết", "Directed but late"),
    Kind.THAI_DO: ("Thái độ phục vụ", "Conduct of an official"),
    Kind.HOI_DAP: ("Hỏi đáp", "Question"),
    Kind.GOI_LAI: ("Yêu cầu gọi lại", "Call-back request"),
    Kind.DAT_LICH: ("Đặt lịch hẹn", "Appointment"),
    Kind.CUU_NAN: ("Cứu nạn", "Rescue"),
}

REFUSALS: Mapping[Refusal, Label] = {
    Refusal.NGOAI_THAM_QUYEN: ("Ngoài thẩm quyền", "Outside this city's authority"),
    Refusal.KHIEU_NAI_TO_CAO: ("Khiếu nại, tố cáo", "Formal complaint or denunciation"),
    Refusal.THIEU_THONG_TIN: ("Thiếu thông tin sau hai lần liên hệ", "Too little information after two contacts"),
    Refusal.DA_TRA_LOI: ("Đã trả lời trước đây", "Answered before"),
    Refusal.QUAY_ROI: ("Quấy rối", "Nuisance"),
    Refusal.KHONG_CO_NOI_DUNG: ("Không có nội dung", "Nothing said"),
    Refusal.KHAN_CAP_DA_CHUYEN: ("Khẩn cấp, đã chuyển 112–115", "Emergency, passed to 112–115"),
}

CHANNELS: Mapping[Channel, Label] = {
    Channel.PHONE: ("Điện thoại", "Telephone"),
    Channel.OPERATOR: ("Điện thoại viên nhập", "Entered by an operator"),
    Channel.WEB: ("Trang web", "Web form"),
    Channel.ZALO: ("Zalo", "Zalo"),
    Channel.SMS: ("Tin nhắn SMS", "Text message"),
    Channel.OPEN311: ("Open311", "Open311"),
    Channel.IMPORT: ("Chuyển từ hệ thống cũ", "From an earlier system"),
}

ROLES: Mapping[Role, Label] = {
    Role.OPERATOR: ("Điện thoại viên", "Operator"),
    Role.SUPERVISOR: ("Trưởng ca", "Supervisor"),
    Role.ADMIN: ("Quản trị", "Administrator"),
    Role.TEAM_LEAD: ("Trưởng nhóm", "Team lead"),
    Role.AGENCY: ("Cán bộ cơ quan xử lý", "Agency officer"),
}

ENDS: Mapping[EndReason, Label] = {
    EndReason.COMPLETED: ("Kết thúc bình thường", "Ended by the hotline"),
    EndReason.HUNG_UP: ("Người gọi gác máy", "The caller hung up"),
    EndReason.CONNECTED: ("Đã gặp điện thoại viên", "Connected to a person"),
    EndReason.FAILED: ("Sự cố, chuyển ghi âm dự phòng", "Failure, fallback recording"),
    EndReason.INTERRUPTED: ("Bị gián đoạn", "Interrupted"),
}


def label(word: State | Kind | Refusal | Channel | Role | EndReason) -> str:
    """The word in the command line's language; the console translates with its reader's own."""
    match word:  # by type: members of two sets with the same value are equal
        case State():
            return tr(*STATES[word])
        case Kind():
            return tr(*KINDS[word])
        case Refusal():
            return tr(*REFUSALS[word])
        case Channel():
            return tr(*CHANNELS[word])
        case Role():
            return tr(*ROLES[word])
        case EndReason():
            return tr(*ENDS[word])
        case other:
            assert_never(other)


def open311_status(state: State) -> str:
    """``open`` or ``closed``, the only two Open311 knows."""
    return "closed" if state in CLOSED else "open"
