"""The table of figures: ratios first, aims shown, and percentiles by the usual definition."""

import json
from pathlib import Path

from tests.bench.table import Row, markdown, percentile, write_json

ROWS = [
    Row(name="start", value=12.34, unit="s", aim="≤ 10 s", met=False, note="cold"),
    Row(name="ours / theirs", value=0.5, aim="≤ 1/3", met=True, ratio=True),
    Row(name="files", value=1234.0),
]


def test_ratios_stand_first_and_what_is_missed_is_seen() -> None:
    _, _, _, _, *lines = markdown(ROWS, "two cores").splitlines()
    assert lines == [
        "| ours / theirs | 0.5 | ≤ 1/3 | yes |  |",
        "| start | 12.3 s | ≤ 10 s | **no** | cold |",
        "| files | 1,234 |  |  |  |",
    ]


def test_json_holds_every_figure(tmp_path: Path) -> None:
    write_json(ROWS, "two cores", tmp_path / "var" / "bench.json")
    whole = json.loads((tmp_path / "var" / "bench.json").read_text(encoding="utf-8"))
    assert whole["machine"] == "two cores"
    assert [figure["value"] for figure in whole["figures"]] == [12.34, 0.5, 1234.0]


def test_percentile() -> None:
    values = [float(number) for number in range(100)]
    assert [percentile(values[::-1], part) for part in (0.5, 0.95, 0.99, 1.0)] == [50.0, 95.0, 99.0, 99.0]
    assert percentile([3.0], 0.95) == 3.0
