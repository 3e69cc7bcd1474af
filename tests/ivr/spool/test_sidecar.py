"""Sidecars survive a round trip whole and are refused with what is wrong."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.model.report import CallFacts, Part, PartKind, PartState
from ivr.model.tickets import Channel, Consent, ContactKind, Kind
from ivr.phone import RecordEnd
from ivr.spool import Sidecar, SidecarFault, SidecarState
from ivr.testing.spool import make_sidecar

NOW = datetime(2026, 10, 1, 8, 30, 0, 123456, tzinfo=UTC)
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

moments = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))]))
texts = st.text(max_size=40)
parts = st.builds(
    Part,
    number=st.integers(1, 9),
    kind=st.sampled_from(PartKind),
    file=texts,
    state=st.sampled_from(PartState),
    leg=texts,
    offset=st.floats(0, 600),
    seconds=st.floats(0, 600),
    clock_seconds=st.none() | st.floats(0, 600),
    end=st.none() | st.sampled_from(RecordEnd),
    started_at=moments,
)
calls = st.builds(
    CallFacts,
    ulid=texts,
    instance=texts,
    city=texts,
    caller_raw=texts,
    caller_number=st.none() | texts,
    caller_name=texts,
    called=texts,
    uniqueid=texts,
    linkedid=texts,
    notice_version=texts,
    started_at=moments,
)
sidecars = st.builds(
    Sidecar,
    ulid=st.just(ULID),
    version=st.integers(0, 99),
    channel=st.sampled_from(Channel),
    channel_id=texts,
    state=st.sampled_from(SidecarState),
    city=texts,
    facts=st.none() | calls,
    text=texts,
    language=st.sampled_from(["vi", "en"]),
    keys=texts,
    reported_at=moments,
    category=st.none() | texts,
    kind=st.sampled_from(Kind),
    confidential=st.booleans(),
    urgent=st.booleans(),
    consent=st.sampled_from(Consent),
    consent_key=st.none() | texts,
    consent_at=st.none() | moments,
    notice_version=texts,
    notice_seconds=st.none() | st.floats(0, 60),
    parts=st.lists(parts, max_size=3).map(tuple),
    code=st.none() | texts,
    pin_mac=st.none() | texts,
    contact_kind=st.sampled_from(ContactKind),
    contact_number=st.none() | texts,
    publish=st.none() | st.booleans(),
    publish_at=st.none() | moments,
    flags=st.lists(texts, max_size=3).map(tuple),
    ended=st.booleans(),
    extra=st.dictionaries(st.sampled_from(["later", "unknown"]), texts),
)


def plain(**given: object) -> Sidecar:
    return make_sidecar(ulid=ULID, instance="1022", city="da-nang", started_at=NOW, reported_at=NOW, **given)


@given(sidecars)
def test_what_is_written_is_read(sidecar: Sidecar) -> None:
    assert Sidecar.from_json(sidecar.to_json()) == sidecar


def test_keys_of_a_newer_program_are_kept() -> None:
    values = {**json.loads(plain().to_json()), "sentiment": "angry"}
    again = json.loads(Sidecar.from_json(json.dumps(values)).to_json())
    assert again["sentiment"] == "angry"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": 3}, "format 3"),
        ({"state": "flying"}, "flying"),
        ({"reported_at": "2026-10-01T08:30:00"}, "naive"),
        ({"facts": {"ulid": ULID}}, "facts.instance"),
        ({"version": "1"}, "version"),
        ({"kind": "complaint"}, "complaint"),
        ({"parts": [{"number": 1}]}, "parts.0.file"),
        ({"ended": 1}, "ended"),
    ],
)
def test_a_bad_one_is_refused_with_its_fault(change: dict[str, object], complaint: str) -> None:
    values = {**json.loads(plain().to_json()), **change}
    with pytest.raises(SidecarFault, match=complaint) as caught:
        Sidecar.from_json(json.dumps(values), source="spool/x.json")
    assert "spool/x.json" in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", "\x00" * 20])
def test_what_is_no_sidecar_is_refused(text: str) -> None:
    with pytest.raises(SidecarFault):
        Sidecar.from_json(text)


def test_a_naive_moment_is_never_written() -> None:
    naive = plain(consent_at=datetime(2026, 1, 1))  # noqa: DTZ001  # the fault under test
    with pytest.raises(ValueError, match="naive"):
        naive.to_json()


def test_all_recorded_takes_are_kept_in_order() -> None:
    def take(number: int, state: PartState) -> Part:
        return Part(number=number, file=f"{number}.wav", state=state, started_at=NOW)

    sidecar = plain(parts=(take(1, PartState.RECORDED), take(2, PartState.RECORDED), take(3, PartState.DROPPED)))
    assert [part.number for part in sidecar.kept] == [1, 2]
    assert plain(parts=(take(1, PartState.RECORDING),)).kept == ()
    assert plain().kept == ()
