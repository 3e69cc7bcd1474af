"""The rows of an orderly day add up; each loss is named."""

from datetime import datetime, timedelta

from ivr import jobs
from ivr.desk import intake
from ivr.desk.reconcile import LONGEST_CALL, reconcile
from ivr.model import Call, EndReason, Recording, Ticket
from ivr.recordings import FiledAudio
from ivr.spool import CallJournal, Sidecar
from ivr.store import Store


def test_an_orderly_report_adds_up(store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime) -> None:
    journal = CallJournal(
        ulid=sidecar.ulid, instance="1022", city="da-nang", started_at=now, ended_at=now, end_reason=EndReason.HUNG_UP
    )
    with store.transaction() as session:
        intake.file_report(session, sidecar, audio, now)
        intake.record_call(session, journal, now)
        assert reconcile(session, now).work_unsettled == (sidecar.ulid,)
    claimed = jobs.claim(store, jobs.TRANSCRIBE, "w", now, 60)
    assert claimed is not None
    with store.transaction() as session:
        jobs.finish(session, claimed, now)
        assert reconcile(session, now + timedelta(days=1)).is_whole


def test_every_loss_is_named(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        session.add(Call(id="open", city="x", started_at=now - 2 * LONGEST_CALL))
        session.add(Call(id="going on", city="x", started_at=now))
        session.add(Ticket(ulid="lonely", city="x", created_at=now, filed_at=now))
        session.add(
            Recording(id="lost", call_id="none", take=1, key="k", seconds=9, size=1, sha256="0", created_at=now)
        )
    with store.reading() as session:
        found = reconcile(session, now)
    assert not found.is_whole
    assert found.calls_without_end == ("open",)
    assert found.tickets_without_call == found.tickets_without_code == ("lonely",)
    assert found.recordings_without_ticket == found.recordings_without_work == ("lost",)
    assert found.work_unsettled == found.work_parked == ()
