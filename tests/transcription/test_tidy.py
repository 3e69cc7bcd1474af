"""Figures only where a number was surely said; every other word stays as it was heard."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcription.numbers import AFTER_TENS, DIGITS
from transcription.tidy import tidy

CASES = """
nước ngập ở kiệt bốn mươi lăm đường trần cao vân = Nước ngập ở kiệt 45 đường trần cao vân
số nhà mười hai xuyệt ba mươi tư đường lê lợi = Số nhà 12/34 đường lê lợi
tôi ở hẻm ba trên bốn phường hải châu = Tôi ở hẻm 3/4 phường hải châu
kiệt hai xẹt ba xẹt bốn lăm = Kiệt 2/3/45
nằm trên bốn bánh xe = Nằm trên bốn bánh xe
đường ba tháng hai = Đường 3 tháng 2
đường hai chín tháng ba = Đường 29 tháng 3
đường không có đèn = Đường không có đèn
con đường năm ngoái mới làm = Con đường năm ngoái mới làm
số điện thoại của tôi là không chín không năm một hai ba bốn năm sáu = Số điện thoại của tôi là 0905123456
không chín không ba mười hai bảy mươi tám năm mươi sáu = 0903127856
điện thoại không liên lạc được = Điện thoại không liên lạc được
ngày hai mươi tháng ba năm hai nghìn không trăm hai mươi sáu = Ngày 20 tháng 3 năm 2026
sinh năm một nghìn chín trăm bảy mươi hai = Sinh năm 1972
năm hai không hai sáu = Năm 2026
tháng tư năm ngoái = Tháng 4 năm ngoái
từ tháng năm đến tháng mười một = Từ tháng 5 đến tháng 11
tháng hai lần = Tháng hai lần
ngày mùng năm tháng giêng = Ngày mùng 5 tháng giêng
ngày ba mươi tháng tư = Ngày 30 tháng 4
ba ngày hai đêm = Ba ngày hai đêm
mỗi ngày hai chuyến = Mỗi ngày hai chuyến
hai ba năm nay không ai sửa = Hai ba năm nay không ai sửa
đã hai ba năm = Đã hai ba năm
gọi một một hai không = Gọi 112 không
gọi một không hai hai = Gọi 1022
không không không phải = Không không không phải
không ba bốn ngày nữa = Không ba bốn ngày nữa
một số hai bên đường = Một số hai bên đường
số không đúng = Số không đúng
hẻm ba mét = Hẻm ba mét
tổ ba phường thanh khê = Tổ 3 phường thanh khê
tổ tư vấn = Tổ tư vấn
lúc chín giờ ba mươi phút tối = Lúc 9 giờ 30 phút tối
từ hai giờ đến ba giờ = Từ 2 giờ đến 3 giờ
mất điện ba giờ rồi = Mất điện ba giờ rồi
bây giờ hai bên = Bây giờ hai bên
hai trăm nghìn đồng = 200.000 đồng
hai triệu rưỡi = 2.500.000
một trăm linh năm = 105
mã hồ sơ ba không tám một sáu hai = Mã hồ sơ 308162
số năm mươi lăm = Số 55
nhà số bảy đường trần phú = Nhà số 7 đường trần phú
cầu vượt ngã ba huế = Cầu vượt ngã ba huế
thứ tư tuần trước = Thứ tư tuần trước
năm mươi năm = Năm mươi năm
""".strip().splitlines()

ORDINARY = [
    "tôi",
    "phản",
    "ánh",
    "đèn",
    "đường",
    "hỏng",
    "nước",
    "ngập",
    "phường",
    "thanh",
    "khê",
    "xe",
    "máy",
    "ngày",
    "giờ",
    "tháng",
    "số",
    "kiệt",
    "ủy",
    "ban",
]
NUMBERS = [*DIGITS, *AFTER_TENS, "mười", "mươi", "trăm", "nghìn", "triệu", "linh", "rưỡi", "xuyệt", "trên"]


@pytest.mark.parametrize("case", CASES)
def test_case(case: str) -> None:
    raw, tidied = case.split(" = ")
    assert tidy(raw) == tidied


def test_nothing_heard_is_nothing() -> None:
    assert tidy("") == ""


@settings(deadline=None)
@given(st.lists(st.sampled_from(ORDINARY), min_size=1, max_size=12))
def test_text_without_numbers_only_gets_a_capital(words: list[str]) -> None:
    raw = " ".join(words)
    assert tidy(raw) == raw[0].upper() + raw[1:]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(ORDINARY + NUMBERS), max_size=14))
def test_ordinary_words_are_never_lost(words: list[str]) -> None:
    tidied = tidy(" ".join(words)).lower().split()
    assert [word for word in tidied if word in ORDINARY] == [word for word in words if word in ORDINARY]
