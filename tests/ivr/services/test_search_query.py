"""What people type and paste into a search field is sorted into codes, digits and words."""

import unicodedata

import pytest

from ivr.services.search_query import plain, read_query


@pytest.mark.parametrize(
    "typed",
    [
        "02363881022",
        "(0236) 3 881 022",
        "+84 236 388 1022",
        "0084 236 388 1022",
        "84.236.388.1022",
        "\u202a+84 236 388 1022\u202c",
        "0236\N{NON-BREAKING HYPHEN}3881022",
        "0236\N{NO-BREAK SPACE}3881022",
        "0236\N{ZERO WIDTH SPACE}3881022",
        "\N{LEFT-TO-RIGHT MARK}02363881022",
        "0236\N{SOFT HYPHEN}3881022",
        "tel:+842363881022",
        "SĐT: 0236 388 1022",
        "02363881022,",
        "０２３６３８８１０２２",
        "٠٢٣٦٣٨٨١٠٢٢",
        "+84 (0)236 388 1022",
    ],
)
def test_a_number_is_one_however_it_was_copied(typed: str) -> None:
    asked = read_query(typed)
    assert asked.terms == asked.codes == ()
    assert [run.number for run in asked.runs] == ["2363881022"]


@pytest.mark.parametrize(
    "typed",
    [
        "DN26-004217-4",
        "dn26 004217 4",
        "DN26–004217–4",
        "DN26—004217—4",
        "DN26\N{NON-BREAKING HYPHEN}004217\N{NON-BREAKING HYPHEN}4",
        "DN26\N{MINUS SIGN}004217\N{MINUS SIGN}4",
        "ＤＮ２６-００４２１７-４",
        "\ufeffDN26-004217-4",
        "26 004217 4",
    ],
)
def test_a_code_is_one_however_it_was_copied(typed: str) -> None:
    asked = read_query(typed)
    assert (asked.codes, asked.runs, asked.terms) == (("260042174",), (), ())


@pytest.mark.parametrize(
    ("typed", "codes", "numbers", "terms"),
    [
        ("DN26-004217-4 ngập", ["260042174"], ["260042174"], ["ngap"]),
        ("Mã: DN26–004217–4", ["260042174"], ["260042174"], ["ma"]),
        ("0905 123 456 đèn đường", [], ["905123456"], ["den", "duong"]),
        ("0905123456 0914777888", [], ["905123456", "914777888"], []),
        ("nguyễn trãi 120", [], ["120"], ["nguyen", "trai"]),
        ("kiệt 45/12 lê độ", [], [], ["kiet", "45 12", "le", "do"]),
        ("K45 lê độ", [], [], ["k45", "le", "do"]),
        ("“duong nguyen” trai", [], [], ["duong nguyen", "trai"]),
        ("3 881 022", [], ["3881022"], []),
        ("", [], [], []),
        ("\u200e \u00ad", [], [], []),
    ],
)
def test_codes_digits_and_words_stand_together(
    typed: str, codes: list[str], numbers: list[str], terms: list[str]
) -> None:
    asked = read_query(typed)
    assert (list(asked.codes), [run.number for run in asked.runs], list(asked.terms)) == (codes, numbers, terms)


@pytest.mark.parametrize(
    ("typed", "running"),
    [
        ("4217", ("", "004217", "")),
        ("004217", ("", "004217", "")),
        ("004217-4", ("", "004217", "4")),
        ("4217-4", ("", "004217", "4")),
        ("26-004217", ("26", "004217", "")),
        ("26004217", ("26", "004217", "")),
        ("0905123456", None),
    ],
)
def test_parts_of_a_code(typed: str, running: tuple[str, str, str] | None) -> None:
    (run,) = read_query(typed).runs
    assert run.running == running


def test_text_is_brought_to_what_a_plain_keyboard_types() -> None:
    assert plain(unicodedata.normalize("NFD", "Đường Nguyễn Trãi")) == "Đường Nguyễn Trãi"
    assert plain("a\u200bb\u00adc\u3000d–e„f“") == 'a bc d-e"f"'
