"""Tickets: kinds, states, and the append-only events; how a state may change is in ``moves``."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.model.base import Base, Choice, Instant
from ivr.model.people import Person


class State(StrEnum):
    """States of a ticket (DOMAIN §4); "Trễ hạn" is computed and never a state."""

    MOI = "moi"  # new, not yet looked at
    DA_TIEP_NHAN = "da_tiep_nhan"  # accepted by an operator
    CHO_BO_SUNG = "cho_bo_sung"  # waiting for the citizen, clock paused
    DA_CHUYEN = "da_chuyen"  # sent to an agency
    DANG_XU_LY = "dang_xu_ly"  # the agency works on it
    CHUYEN_TRA = "chuyen_tra"  # the agency gave it back
    DA_XU_LY = "da_xu_ly"  # done, waiting for confirmation
    DA_TRA_LOI = "da_tra_loi"  # answered, closed
    CONG_KHAI = "cong_khai"  # answered and published, closed
    TU_CHOI = "tu_choi"  # refused with a reason code, closed
    TRUNG = "trung"  # duplicate of another ticket, closed
    MO_LAI = "mo_lai"  # reopened by the citizen


CLOSED = frozenset({State.DA_TRA_LOI, State.CONG_KHAI, State.TU_CHOI, State.TRUNG})


class Channel(StrEnum):
    """How a report came."""

    PHONE = "phone"  # spoken to the menu
    OPERATOR = "operator"  # entered by an operator: a talk, a visit, a letter
    WEB = "web"  # the form on the web
    ZALO = "zalo"  # a message to the city's Official Account
    SMS = "sms"
    OPEN311 = "open311"  # another program, through the open interface
    IMPORT = "import"  # from an earlier system


class Kind(StrEnum):
    """What the citizen wants, apart from what it is about (the category)."""

    PHAN_ANH = "phan_anh"  # report of a fault or grievance
    KIEN_NGHI = "kien_nghi"  # request
    GOP_Y = "gop_y"  # opinion, suggestion, "hiến kế": no repair deadline
    CHAM_GIAI_QUYET = "cham_giai_quyet"  # already directed but late: goes to the Office, never to the late agency
    THAI_DO = "thai_do"  # conduct of an official: confidential
    HOI_DAP = "hoi_dap"  # question, message to the desk
    GOI_LAI = "goi_lai"  # asks to be rung back
    DAT_LICH = "dat_lich"  # appointment request
    CUU_NAN = "cuu_nan"  # emergency mode: people in danger


class Refusal(StrEnum):
    """Why a report is not taken on; the citizen hears it (DOMAIN §4)."""

    NGOAI_THAM_QUYEN = "ngoai_tham_quyen"  # not a matter of this city
    KHIEU_NAI_TO_CAO = "khieu_nai_to_cao"  # a formal complaint or denunciation has its own law
    THIEU_THONG_TIN = "thieu_thong_tin"  # too little information after two contacts
    DA_TRA_LOI = "da_tra_loi"  # answered before
    QUAY_ROI = "quay_roi"  # nuisance, with evidence
    KHONG_CO_NOI_DUNG = "khong_co_noi_dung"  # nothing said
    KHAN_CAP_DA_CHUYEN = "khan_cap_da_chuyen"  # emergency, passed to 112–115


class Consent(StrEnum):
    """The answer about recording: silence stores ``none``, never ``given`` (DOMAIN §5)."""

    GIVEN = "given"  # a key was pressed after the question
    NONE = "none"  # no key; receiving a report does not wait for consent
    REFUSED = "refused"  # the citizen does not want to be recorded


class ContactKind(StrEnum):
    """How the citizen is reached."""

    CALLER = "caller"  # the number the call came from, confirmed by key
    OTHER = "other"  # another number, keyed in
    NONE = "none"  # no number left: a PIN was given instead
    UNASKED = "unasked"  # the caller left before the question


class EventKind(StrEnum):
    """What happened to a ticket."""

    FILED = "filed"  # the report arrived
    UPDATED = "updated"  # answers given after filing: contact, publication
    MOVED = "moved"  # state change
    NOTE = "note"  # a person's note
    TRANSCRIBED = "transcribed"  # the text is there
    NOT_TRANSCRIBED = "not_transcribed"  # parked after three tries
    CORRECTED = "corrected"  # a person corrected the text
    CODED = "coded"  # a late code was given
    CHANGED = "changed"  # category, kind, urgency, assignee … changed by a person


def _own_ulid(context: DefaultExecutionContext) -> str:
    """A report without an id of its channel's is known there by its ULID."""
    ulid: str = context.get_current_parameters()["ulid"]  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    return ulid


class Ticket(Base):
    """One matter of one citizen; filing is idempotent on ``channel`` and ``channel_id``."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("uq_tickets_channel_channel_id", "channel", "channel_id", unique=True),
        Index("ix_tickets_state_created_at", "state", "created_at"),
        # what the tabs count, and whether the viewer may see it, stands in these alone: no row is read
        Index("ix_tickets_counted", "state", "due_at", "confidential", "assignee_id", "created_at", "resolved_at"),
        # whether a call made a ticket that the viewer may see is asked of a whole list of calls: no row is read either
        Index("ix_tickets_of_call", "call_id", "confidential", "assignee_id"),
        Index("ix_tickets_held", "assignee_id", "state", "created_at", "confidential"),
        # the list of what is new: urgent ones first, and whether the viewer may see it
        Index("ix_tickets_urgent", "state", "urgent", "created_at", "confidential", "assignee_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ulid: Mapped[str] = mapped_column(String(26), unique=True)
    call_id: Mapped[str | None] = mapped_column(String(26))
    """The call it was reported in; the call's first report has the same ULID, a further one its own. None: no call.

    No foreign key: a ticket stands before its call's row does, and also where that is lost; reconciliation reports it.
    """
    code: Mapped[str | None] = mapped_column(String(9), unique=True)
    """Nine digits YY + number + check digit; None until a late code is given."""
    city: Mapped[str] = mapped_column(String(32))
    channel: Mapped[Channel] = mapped_column(Choice(Channel, 16), default=Channel.PHONE)
    channel_id: Mapped[str] = mapped_column(String(128), default=_own_ulid)
    """The report's id in its channel; of a telephone report its ULID."""
    kind: Mapped[Kind] = mapped_column(Choice(Kind, 24), default=Kind.PHAN_ANH)
    category: Mapped[str | None] = mapped_column(String(64))
    """Id of a category of the city; None where the caller chose none."""
    state: Mapped[State] = mapped_column(Choice(State, 24), default=State.MOI)
    urgent: Mapped[bool] = mapped_column(default=False)
    confidential: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    """``hung_up``, ``interrupted``, ``fallback``, ``truncated``, ``short``, ``silent`` …"""
    language: Mapped[str] = mapped_column(String(2), default="vi")
    content: Mapped[str] = mapped_column(Text, default="")
    """What the matter is, as people read it: the transcript's text in force (tidied or corrected)."""
    folded: Mapped[str] = mapped_column(Text, default="")
    """Search copy of code, content and address: lower case, marks removed, đ → d."""
    contact_kind: Mapped[ContactKind] = mapped_column(Choice(ContactKind, 8), default=ContactKind.UNASKED)
    contact_number: Mapped[str | None] = mapped_column(String(32), index=True)
    contact_last4: Mapped[str | None] = mapped_column(String(4))
    pin_mac: Mapped[str | None] = mapped_column(String(64))
    """HMAC-SHA256 of the PIN under the instance's secret and the ticket's ULID."""
    consent: Mapped[Consent] = mapped_column(Choice(Consent, 8), default=Consent.NONE)
    """The answer about recording."""
    consent_key: Mapped[str | None] = mapped_column(String(1))
    """The key that gave it, on a telephone."""
    consent_at: Mapped[datetime | None] = mapped_column(Instant)
    notice_version: Mapped[str] = mapped_column(String(32), default="")
    notice_seconds: Mapped[float | None] = mapped_column(Float)
    """Seconds of the notice about recording that were heard; None where that was not measured."""
    publish: Mapped[bool | None] = mapped_column()
    """Consent to publication: None = not asked or no key, which counts as no."""
    publish_at: Mapped[datetime | None] = mapped_column(Instant)
    agency: Mapped[str | None] = mapped_column(String(64))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    refusal: Mapped[Refusal | None] = mapped_column(Choice(Refusal, 32))
    duplicate_of: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
    """When the citizen spoke or wrote, not when the row was written."""
    filed_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the clock stopped: the matter was done or closed (:mod:`ivr.model.clock`). None while it is in work."""
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    report_version: Mapped[int] = mapped_column(Integer, default=0)
    """Of the report, as its channel counts: a ticket is only ever brought to a newer one."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Optimistic lock for people's changes."""
    events: Mapped[list["TicketEvent"]] = relationship(back_populates="ticket", order_by="TicketEvent.id")
    assignee: Mapped[Person | None] = relationship()


class TicketEvent(Base):
    """Append-only: who did what to a ticket, when and why."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """None: the hotline itself."""
    kind: Mapped[EventKind] = mapped_column(Choice(EventKind, 24))
    from_state: Mapped[State | None] = mapped_column(Choice(State, 24))
    to_state: Mapped[State | None] = mapped_column(Choice(State, 24))
    text: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    ticket: Mapped[Ticket] = relationship(back_populates="events")
    person: Mapped[Person | None] = relationship()
