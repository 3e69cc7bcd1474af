"""What an operator reads when an act is refused."""

from typing import assert_never

from ivr.callcentre.acts import Why
from ivr.words import tr


def sentence(why: Why) -> str:
    """The reason in the reader's language."""
    match why:
        case Why.NOT_SIGNED_IN:
            return tr("Chưa vào ca trực.", "Not signed in to work.")
        case Why.ALREADY:
            return tr("Trạng thái này đang có hiệu lực.", "This is so already.")
        case Why.IN_CALL:
            return tr("Đang có cuộc gọi; hãy kết thúc cuộc gọi trước.", "There is a call; end it first.")
        case Why.NO_CALL:
            return tr("Không có cuộc gọi nào.", "There is no call.")
        case Why.OTHER_CALL:
            return tr("Đang có cuộc gọi khác.", "There is another call.")
        case Why.NO_WRAP_UP:
            return tr("Không có hồ sơ nào cần hoàn tất.", "There is nothing to wrap up.")
        case Why.NO_REASON:
            return tr("Hãy chọn lý do tạm nghỉ.", "Choose a reason for the pause.")
        case Why.NO_TIME:
            return tr("Thời gian tạm nghỉ phải lớn hơn 0.", "A pause lasts longer than nothing.")
        case Why.NO_PHONE:
            return tr("Hãy chọn máy điện thoại để nhận cuộc gọi.", "Choose a telephone to take calls on.")
        case Why.NO_CONNECTION:
            return tr("Máy điện thoại đang mất kết nối.", "The telephone has lost its connection.")
        case Why.PHONE_TAKEN:
            return tr("Máy này đang có người khác dùng.", "Somebody else works at this telephone.")
        case Why.NO_EXCHANGE:
            return tr(
                "Tổng đài Asterisk chưa nhận lệnh này. Trạng thái giữ nguyên; xin thử lại sau ít giây.",
                "Asterisk has not taken this. All is as before; try again in a few seconds.",
            )
        case Why.TOO_LATE:
            return tr(
                "Chương trình theo dõi cuộc gọi chưa trả lời, nên việc này không được làm. Xin thử lại sau ít giây.",
                "The program that follows calls has not answered, so this was not done. Try again in a few seconds.",
            )
        case _:
            assert_never(why)
