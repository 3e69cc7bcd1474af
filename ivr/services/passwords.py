"""Passwords: the one rule for choosing them, argon2id for keeping them, first passwords for handing them over."""

import hmac
import re
import secrets
import threading
import unicodedata
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ivr.model.text import fold
from ivr.services.errors import PasswordRefused
from ivr.words import tr

LEAST = 10
"""Characters of a password that somebody chooses: the only place that says so."""
MOST = 256
"""Characters: hashing longer ones would only cost time."""
LEAST_DIFFERENT = 5
"""Different characters in a password."""
LEAST_LETTERS = 3
"""Letters in a password."""

_HASHER = PasswordHasher()
_AT_ONCE = 2
"""Passwords hashed at once, 64 MiB and a quarter of a second each: a flood must not take the machine."""
_hashing = threading.BoundedSemaphore(_AT_ONCE)
_LETTERS = "bcghkmnpqrtv"
"""Of first passwords: no vowel, d or w, from which Telex would make an accented letter; nothing that looks alike."""
_SIGNS = _LETTERS + "346789"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""The five tone marks: huyền, sắc, ngã, hỏi, nặng."""
_LEET = str.maketrans("013457@$!", "oieastasi")
"""Digits and signs that stand for letters: ``p@ssw0rd``."""
_OUTER = re.compile(r"^[^a-z@$]+|[^a-z@$]+$")
_NOT_LETTER = re.compile(r"[^a-z]")


def normalise(password: str) -> str:
    """The form that is hashed and compared: NFC, so that it does not matter which keyboard composed the letters.

    A Mac and Windows' own Vietnamese keyboard type letter and mark apart, Unikey types them as one.
    """
    return unicodedata.normalize("NFC", password)[:MOST]


def check(password: str, *names: str) -> None:
    """Refuse what is short or what a guesser tries first; raises :class:`PasswordRefused`.

    :param names: the person's user name and name, of which a password must not be made.
    """
    password = normalise(password)
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in password):
        raise PasswordRefused(
            tr(
                "Mật khẩu có ký tự điều khiển không nhìn thấy được. Xin gõ lại bằng bàn phím.",
                "The password holds an invisible control character. Type it with the keyboard.",
            )
        )
    if len(password) < LEAST:
        raise PasswordRefused(
            tr(f"Mật khẩu cần ít nhất {LEAST} ký tự.", f"A password needs at least {LEAST} characters.")
        )
    if len(set(password)) < LEAST_DIFFERENT or _is_run(password):
        raise PasswordRefused(
            tr(
                "Mật khẩu này chỉ lặp hoặc đếm vài ký tự, rất dễ đoán. Ví dụ nên dùng: bốn từ không liên quan nhau.",
                "This password only repeats or counts a few characters and is easily guessed. Four unrelated words are"
                " a good password.",
            )
        )
    if sum(sign.isalpha() for sign in password) < LEAST_LETTERS:
        raise PasswordRefused(
            tr(
                "Mật khẩu gần như chỉ có chữ số, dễ bị đoán như số điện thoại, ngày sinh. Xin thêm chữ cái.",
                "Almost nothing but digits is guessed as a telephone number or birthday is. Add some letters.",
            )
        )
    if is_common(password) or _is_made_of(password, names):
        raise PasswordRefused(
            tr(
                "Mật khẩu này nằm trong số những mật khẩu bị thử đầu tiên. Xin chọn mật khẩu khác, ví dụ bốn từ không"
                " liên quan nhau.",
                "This password is among the first that a guesser tries. Choose another, for example four unrelated"
                " words.",
            )
        )


def is_common(password: str) -> bool:
    """Whether all letters of it are one or two of the words in ``common_passwords.txt``: ``Matkhau@123``."""
    return any(_common().fullmatch(letters) for letters in _letters(password))


def first_password(key: bytes, *about: object) -> str:
    """The password that belongs to ``about``: the same for the same key, so that it need not be kept to be shown."""
    digest = hmac.new(key, "\0".join(map(str, about)).encode(), sha256).digest()
    return _grouped(digest[:12])


def random_password() -> str:
    """A password to hand over by word of mouth: twelve characters in three groups, 48 bits."""
    return _grouped(secrets.token_bytes(12))


def hash_password(password: str) -> str:
    """Argon2id at the library's defaults."""
    with _hashing:
        return _HASHER.hash(normalise(password))


def verify(stored: str, password: str) -> bool:
    """Whether this password was hashed; also one that was kept as some keyboard typed it, before all were composed."""
    composed = normalise(password)
    forms = (composed, password, unicodedata.normalize("NFD", composed), _tones_apart(composed))
    return any(_verify(stored, form[:MOST]) for form in dict.fromkeys(forms))


@cache
def hash_of_nobody() -> str:
    """A hash that no password has, so that an unknown user name takes as long as a known one."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def share_hashing(processes: int) -> None:
    """This process is one of so many that hash passwords: all together keep to the limit, one each at least."""
    global _hashing  # set once, before the first request
    _hashing = threading.BoundedSemaphore(max(1, _AT_ONCE // processes))


def _tones_apart(text: str) -> str:
    """As Windows' Vietnamese keyboard types: ê, ă, ơ are one letter each, the tone is a mark behind it."""
    written = []
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        tone = "".join(mark for mark in marks if mark in _TONES)
        written.append(unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES)) + tone)
    return "".join(written)


def _verify(stored: str, password: str) -> bool:
    try:
        with _hashing:
            return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _grouped(chance: bytes) -> str:
    signs = "".join((_SIGNS if at % 4 else _LETTERS)[byte % (18 if at % 4 else 12)] for at, byte in enumerate(chance))
    return "-".join(signs[at : at + 4] for at in range(0, len(signs), 4))


def _letters(password: str) -> set[str]:
    """Its letters without marks, the signs between them read as the letters they stand for, and left out."""
    bare = unicodedata.normalize("NFD", password.lower().replace("đ", "d"))
    plain = "".join(sign for sign in bare if unicodedata.category(sign) != "Mn")
    core = _OUTER.sub("", plain)
    return {_NOT_LETTER.sub("", plain), _NOT_LETTER.sub("", core.translate(_LEET))}


def _is_run(password: str) -> bool:
    """Whether it counts up or down or stands on one key: ``1234567890``, ``abcdefghij``, ``9876543210``."""
    steps = {(ord(after) - ord(before)) % 10 if (before + after).isdigit() else ord(after) - ord(before)
             for before, after in pairwise(password.lower())}  # fmt: skip
    return len(steps) == 1


def _is_made_of(password: str, names: tuple[str, ...]) -> bool:
    """Whether its letters are of these names and of common words alone: ``tranthilan``, ``lan-matkhau``."""
    words = {word for name in names for word in (fold(name).replace(" ", ""), *fold(name).split())}
    known = "|".join(sorted({_NOT_LETTER.sub("", word) for word in words} - {""}, key=len, reverse=True))
    if not known:
        return False
    pattern = re.compile(rf"(?:{known}|{_common_words()}){{1,4}}")
    holds = re.compile(known)
    return any(pattern.fullmatch(letters) and holds.search(letters) for letters in _letters(password))


@cache
def _common() -> re.Pattern[str]:
    return re.compile(rf"(?:{_common_words()}){{1,2}}")


@cache
def _common_words() -> str:
    text = files("ivr.services").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return "|".join(line for line in text.splitlines() if line and not line.startswith("#"))
