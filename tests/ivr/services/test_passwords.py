"""The one rule for choosing a password, and first passwords."""

import re
from itertools import product

import pytest

from ivr.services import passwords
from ivr.services.errors import PasswordRefused

NAMES = ("lan.tran", "Trần Thị Lan")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "ít nhất 10"),
        ("chín ký tự"[:9], "ít nhất 10"),
        ("xuân va\u0300ng"[:10], "ít nhất 10"),  # ten code points, nine letters
        ("aaaaaaaaaaaa", "lặp hoặc đếm"),
        ("abababababab", "lặp hoặc đếm"),
        ("1234567890", "lặp hoặc đếm"),
        ("9876543210", "lặp hoặc đếm"),
        ("abcdefghijkl", "lặp hoặc đếm"),
        ("0905123456", "chữ số"),
        ("19/05/1990-1", "chữ số"),
        ("123456789123a", "chữ số"),
        ("matkhau123", "bị thử đầu tiên"),
        ("Mật khẩu 2026!", "bị thử đầu tiên"),
        ("P@ssw0rd2026", "bị thử đầu tiên"),
        ("123456Tongdai", "bị thử đầu tiên"),
        ("DaNang-TongDai-1022", "bị thử đầu tiên"),
        ("qwertyuiop1", "bị thử đầu tiên"),
        ("1qaz2wsx3edc", "bị thử đầu tiên"),
        ("iloveyou2026", "bị thử đầu tiên"),
        ("lan.tran2026", "bị thử đầu tiên"),
        ("Trần Thị Lan", "bị thử đầu tiên"),
        ("lantranmatkhau", "bị thử đầu tiên"),
        ("bốn từ không liên quan nhau", "bị thử đầu tiên"),  # our own example
        ("xuân\x00vàng đá cuốc", "ký tự điều khiển"),
    ],
)
def test_what_a_guesser_tries_first_is_refused_and_why_is_said(password: str, why: str) -> None:
    with pytest.raises(PasswordRefused, match=why) as refused:
        passwords.check(password, *NAMES)
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "password",
    ["xuân vàng đá cuốc", "mot-mat-khau-moi", "Tr0ng vườn có 3 cây", "correct horse battery", "пароль длинный 1"],
)
def test_a_good_password_is_taken(password: str) -> None:
    passwords.check(password, *NAMES)
    assert passwords.verify(passwords.hash_password(password), password)


def test_a_first_password_is_spoken_easily_and_survives_a_vietnamese_keyboard() -> None:
    found = {passwords.random_password() for _ in range(200)}
    assert len(found) == 200
    for password in found:
        assert re.fullmatch(r"([bcghkmnpqrtv][bcghkmnpqrtv346789]{3}-?){3}", password)
        passwords.check(password, *NAMES)


def test_a_first_password_follows_from_the_key_and_the_chance_alone() -> None:
    made = {passwords.first_password(key, chance) for key, chance in product((b"one", b"two"), ("a", "b"))}
    assert len(made) == 4
    assert passwords.first_password(b"one", "a") in made
    for password in made:
        passwords.check(password)


def test_the_list_is_sorted_and_holds_folded_words_alone() -> None:
    text = passwords.files("ivr.services").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    words = [line for line in text.splitlines() if not line.startswith("#")]
    assert words == sorted(set(words))
    assert all(re.fullmatch("[a-z]+", word) for word in words)
    assert all(passwords.is_common(f"{word}2026") for word in words)
