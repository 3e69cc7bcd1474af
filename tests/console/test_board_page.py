"""The page of the board: words for all that may stand on it; what stands there comes from the hub."""

import json
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from ivr.callcentre.segments import SegmentKind


def words_on(page: str) -> dict[str, Any]:
    found = re.search(r'id="board-words">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    words: dict[str, Any] = json.loads(found[1])
    return words


def test_it_has_words_for_every_stretch_and_every_queue(sign_in: Callable[..., FlaskClient]) -> None:
    words = words_on(sign_in("lan").get("/board").text)
    assert set(words["stands"]) == {kind.value for kind in SegmentKind}
    assert words["queues"]["da-nang-thu-tuc"] == "Thủ tục hành chính, dịch vụ công · thành phố Đà Nẵng"
    assert words["queues"]["dong-thap-dich-vu-cong"] == "Thông tin dịch vụ công · tỉnh Đồng Tháp"
    for name, text in words["queues"].items():
        assert not name.endswith(f"-{text.partition(' · ')[0]}"), "a machine's code"
    assert (words["soon"], words["late"]) == (20, 45)


def test_the_formula_stands_beside_its_figure_and_english_is_whole(sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("hoa")
    client.post("/preferences", data={"language": "en"})
    page = client.get("/board").text
    assert "F4 = ans≤T/(ans + abn&gt;T)" in page
    assert "Answered within 20 s" in page
    assert words_on(page)["queues"]["da-nang-thu-tuc"].endswith("Da Nang City")


def test_the_desk_finds_it_in_the_list_of_pages(sign_in: Callable[..., FlaskClient]) -> None:
    assert 'href="/board"' in sign_in("lan").get("/tickets").text
