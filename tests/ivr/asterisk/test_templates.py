"""Asterisk's files as templates: what goes in is harmless, what is wrong is named with its file and line."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.templates import RenderFault, fill, plain


def filled(tmp_path: Path, text: str, **values: Any) -> str:
    (tmp_path / "x.conf").write_text(text, encoding="utf-8")
    return fill(tmp_path, "x.conf", values)


def test_signs_of_the_dialplan_are_left_alone(tmp_path: Path) -> None:
    text = 'a = ${IF($["${B}" = "en"]?{{en}}:{%vi%})} {# #} user@host 100%\n#include x\n'
    assert filled(tmp_path, text) == text


def test_a_loop_and_a_condition_leave_no_line_of_their_own(tmp_path: Path) -> None:
    text = (
        "[a]\n@% for network in networks %@\nmatch = @{network}\n@% endfor %@\n"
        "@# of ours #@\n@% if operator %@\nb\n@% endif %@\nc\n"
    )
    assert filled(tmp_path, text, networks=["1", "2"], operator="") == "[a]\nmatch = 1\nmatch = 2\nc\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("; one\na = @{missing}\n", r"x\.conf:2.*'missing' is undefined.*Names: phones"),
        ("@% for phone in phones %@\n@{phone.pasword}\n@% endfor %@\n", r"x\.conf:2.*pasword"),
        ("a = 1\nb = @{phones\n", r"x\.conf:2"),
        ("@% for phone in phones %@\na\n", r"x\.conf:2.*endfor"),
        ("a = 1\n@{phones + 1}\n", r"x\.conf:2"),
        ("a = 1\n@{phones}\n", r"x\.conf:2.*cannot print list"),
        ("a = 1\n@{phones[0].keys}\n", r"x\.conf:2.*cannot print builtin"),
        ("a = 1\n@{none}\n", r"x\.conf.*cannot print NoneType"),
        ("a = 1\n@% include 'away.conf' %@\n", r"x\.conf:2.*away\.conf"),
    ],
)
def test_a_faulty_template_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    with pytest.raises(RenderFault, match=said):
        filled(tmp_path, text, phones=[{"user": "100"}])


@pytest.mark.parametrize("sign", ["\n", "\r", ";", ",", '"', "&", "@", "[", "]", "=>$", "\x00", "\u2028"])
def test_no_sign_that_means_something_to_asterisk_gets_in(sign: str) -> None:
    with pytest.raises(RenderFault, match=r"phones\[1\]\.user"):
        plain("", {"phones": [{"user": "100"}, {"user": f"10{sign}1"}]})


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(RenderFault, match="bind"):
        plain("", {"bind": ""})


@pytest.mark.parametrize("name", ["ami_secret", "softphones[0].password"])
def test_a_refused_password_is_not_shown(name: str) -> None:
    with pytest.raises(RenderFault) as fault:
        plain(name, "geheim;")
    assert name in str(fault.value)
    assert "geheim" not in str(fault.value)


@pytest.mark.parametrize("value", [None, 1.5, object(), b"x"])
def test_a_value_of_another_kind_is_a_mistake_of_ours(value: object) -> None:
    with pytest.raises(TypeError, match="bind"):
        plain("", {"bind": value})


@given(st.text())
def test_what_is_let_through_is_one_line_without_a_comment(text: str) -> None:
    try:
        passed = plain("x", text)
    except RenderFault:
        return
    assert passed == text
    assert passed.splitlines() == [passed]
    assert not set(passed) & set(';,"[](){}$&@\r\n')
