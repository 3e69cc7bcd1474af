"""The command line's own words in the language of the hotline: what argparse says about options and mistakes."""

import argparse

from ivr.words import tr

_VIETNAMESE = {
    "usage: ": "cách dùng: ",
    "positional arguments": "tham số",
    "options": "tùy chọn",
    "subcommands": "lệnh con",
    "show this help message and exit": "in phần trợ giúp này rồi thoát",
    "%(prog)s: error: %(message)s\n": "%(prog)s: lỗi: %(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "thiếu: %s",
    "unrecognized arguments: %s": "không có tùy chọn hay tham số này: %s",
    "invalid choice: %(value)r (choose from %(choices)s)": "không có %(value)r (chọn một trong: %(choices)s)",
    "invalid %(type)s value: %(value)r": "giá trị không hợp lệ: %(value)r",
    "expected one argument": "cần một giá trị",
    "expected at most one argument": "chỉ nhận nhiều nhất một giá trị",
    "expected at least one argument": "cần ít nhất một giá trị",
    "not allowed with argument %s": "không dùng cùng với %s",
    "one of the arguments %s is required": "cần một trong các tùy chọn %s",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s chưa rõ là tùy chọn nào: %(matches)s",
    "ignored explicit argument %r": "tùy chọn này không nhận giá trị: %r",
    "can't open '%(filename)s': %(error)s": "không mở được '%(filename)s': %(error)s",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "không có lệnh %(parser_name)r (có: %(choices)s)",
}
"""argparse's message ids (Python 3.11 to 3.13); one that is not here stays English."""


def translate_argparse() -> None:
    """Let argparse ask us for its sentences: it looks them up through the name ``_`` of its module (gettext)."""
    vars(argparse)["_"] = _sentence


def _sentence(english: str) -> str:
    return tr(_VIETNAMESE.get(english, english), english)
