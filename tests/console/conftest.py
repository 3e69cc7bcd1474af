"""A console on a seeded database: people of every role, reports in every stage, all made by the desk's own verbs."""

import secrets
import shutil
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from ulid import ULID

from console.app import create_app
from ivr.jobs import queue
from ivr.model import Consent, ContactKind, EndReason, Kind, Refusal, Role, SignIn, State
from ivr.model.code import make_code
from ivr.model.report import Part, PartState
from ivr.recordings import file_audio
from ivr.secrets import pin_mac
from ivr.services import casework, intake, listing, people
from ivr.services.calls import record_call
from ivr.services.transcribing import TRANSCRIBE
from ivr.services.transcripts import HeardText, store_transcript
from ivr.settings import Settings, load_settings
from ivr.spool import CallJournal, SidecarState, Step
from ivr.store import Store, open_store
from ivr.testing.database import sqlite_store
from ivr.testing.jobs import claim
from ivr.testing.spool import make_journal, make_sidecar

PASSWORD = "mat-khau-thu-1022"
NOW = datetime(2026, 9, 15, 2, 30, tzinfo=UTC)
RATE = 8000
PEOPLE = (
    ("lan", "Trần Thị Lan", Role.OPERATOR),
    ("minh", "Lê Minh", Role.OPERATOR),
    ("hoa", "Nguyễn Thanh Hoa", Role.SUPERVISOR),
    ("admin", "Quản trị", Role.ADMIN),
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report to be seeded; ``minutes`` ago, spoken words with an unsure one marked by a question mark."""

    number: int
    minutes: float
    text: str
    caller: str | None = "+84905123456"
    category: str | None = "ha-tang"
    kind: Kind = Kind.PHAN_ANH
    heard: bool = True
    confidential: bool = False
    urgent: bool = False
    contact: ContactKind = ContactKind.CALLER
    pin: str | None = None
    flags: tuple[str, ...] = ()
    hours: float | None = 24
    moves: tuple[tuple[str, State, str], ...] = ()
    holder: str | None = None
    call: str = ""
    """ULID of the call it is a further report of."""


@dataclass(kw_only=True)
class Desk:
    """A seeded house: what a test asks for."""

    settings: Settings
    store: Store
    now: datetime

    def add(self, report: Report) -> str:
        """File one report with its call and, if it was heard, its transcript; returns its ULID."""
        return _seed(self, report)

    def ulid(self, number: int) -> str:
        """The ULID of the report with this running number."""
        with self.store.reading() as session:
            ticket = listing.find_ticket_by_code(session, make_code(2026, number))
            assert ticket is not None
            return ticket.ulid


REPORTS = (
    Report(
        number=4217,
        minutes=4,
        text="đường nguyễn trãi đoạn trước số nhà 120 phường thạch thang ngập? nước sâu khoảng nửa mét "
        "từ năm giờ sáng nay xe máy chết máy rất nhiều đề nghị thành phố cho người đến khơi? cống",
        category="ngap-nuoc",
        urgent=True,
        hours=8,
    ),
    Report(
        number=4216,
        minutes=11,
        text="rác thải xây dựng đổ đầy vỉa hè kiệt 45 lê độ hai hôm nay chưa ai dọn mùi? hôi rất khó chịu",
        category="rac-thai",
        caller="+84914777888",
    ),
    Report(number=4215, minutes=26, text="", heard=False, caller="+84935000111", category=None, flags=("hung_up",)),
    Report(
        number=4214,
        minutes=75,
        text="quán karaoke số 8 phan tứ hát rất to sau mười giờ đêm cả tuần nay người già và trẻ em không ngủ được",
        category="tieng-on",
        caller="+84773222333",
    ),
    Report(
        number=4213,
        minutes=190,
        text="đèn đường trên cầu nguyễn tri phương tắt ba bóng liền nhau buổi tối rất nguy hiểm "
        "mấy hôm nay xe đi từ phía bệnh viện sang không thấy rõ làn bên phải tôi đã báo tổ dân phố nhưng chưa có ai "
        "đến xem xin cho thợ điện kiểm tra cả đoạn giữa cầu vì hình như dây bị đứt do gió lớn tuần trước cảm ơn",
        category="chieu-sang",
        moves=(("lan", State.DA_TIEP_NHAN, ""),),
        holder="lan",
        caller="+84905123456",
    ),
    Report(
        number=4212,
        minutes=400,
        text="cây phượng trước trường tiểu học phù đổng nghiêng hẳn ra đường sợ gãy khi mưa bão",
        category="cay-xanh",
        moves=(("lan", State.DA_TIEP_NHAN, ""), ("lan", State.DA_CHUYEN, "")),
        holder="lan",
        caller="+84982444555",
    ),
    Report(
        number=4211,
        minutes=1500,
        text="nắp cống trước chợ hàn bị vỡ có người vấp ngã tối qua",
        category="ngap-nuoc",
        hours=8,
        moves=(("minh", State.DA_TIEP_NHAN, ""), ("minh", State.DA_CHUYEN, ""), ("minh", State.DANG_XU_LY, "")),
        holder="minh",
        caller="+84905666777",
    ),
    Report(
        number=4210,
        minutes=2900,
        text="cán bộ một cửa phường yêu cầu đi lại ba lần mới nhận hồ sơ thái độ rất khó chịu",
        kind=Kind.THAI_DO,
        category="thu-tuc",
        confidential=True,
        caller=None,
        contact=ContactKind.NONE,
        pin="4711",
    ),
    Report(
        number=4209,
        minutes=4300,
        text="xin hỏi thủ tục cấp đổi căn cước cho người già không đi lại được",
        kind=Kind.HOI_DAP,
        category="thu-tuc",
        moves=(
            ("lan", State.DA_TIEP_NHAN, ""),
            ("lan", State.DA_TRA_LOI, "Đã gọi lại, hướng dẫn đăng ký cấp lưu động tại nhà."),
        ),
        holder="lan",
        caller="+842363888999",
    ),
    Report(
        number=4208,
        minutes=5800,
        text="a lô a lô",
        category=None,
        hours=None,
        moves=(("minh", State.TU_CHOI, "Ba lần gọi thử, không nói nội dung."),),
        caller="+84566111222",
    ),
)


@pytest.fixture(scope="session")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a migrated database and its people, to be copied."""
    return _build(tmp_path_factory.mktemp("empty"), reports=False)


@pytest.fixture(scope="session")
def full_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with ten reports in all stages and two calls without one, to be copied."""
    return _build(tmp_path_factory.mktemp("full"), reports=True)


@pytest.fixture
def house(request: pytest.FixtureRequest) -> Path:
    """The home a test starts from: full where it asks for ``seeded``."""
    name = "full_house" if "seeded" in request.fixturenames else "empty_house"
    found: Path = request.getfixturevalue(name)
    return found


@pytest.fixture
def desk(house: Path, tmp_path: Path) -> Iterator[Desk]:
    """A house of the test's own."""
    home = tmp_path / "home"
    shutil.copytree(house, home)
    settings = load_settings(home=home, console_port=8022, hub_port=8023)
    store = open_store(settings)
    try:
        yield Desk(settings=settings, store=store, now=NOW)
    finally:
        store.close()


@pytest.fixture
def seeded(desk: Desk) -> Desk:
    """The house with reports."""
    return desk


@pytest.fixture
def sign_in(desk: Desk) -> Callable[..., FlaskClient]:
    """A function of a user name: a client with that person's session; None is nobody."""
    app = create_app(desk.settings, desk.store, clock=lambda: desk.now)

    def signed_in(username: str | None, *, csrf: bool = False) -> FlaskClient:
        app.config["WTF_CSRF_ENABLED"] = csrf  # tested by itself
        client = app.test_client()
        if username:
            client.set_cookie("tongdai_session", _session(desk, username))
        return client

    return signed_in


def _session(desk: Desk, username: str) -> str:
    """A signed-in browser, without the quarter of a second that hashing takes."""
    token = secrets.token_urlsafe(32)
    with desk.store.transaction() as session:
        person = people.get_person(session, username)
        expires = desk.now + timedelta(hours=desk.settings.session_hours)
        row = SignIn(
            token_sha256=people.token_hash(token),
            person_id=person.id,
            created_at=desk.now,
            seen_at=desk.now,
            expires_at=expires,
        )
        session.add(row)
    return token


@pytest.fixture(scope="session")
def build_house() -> Callable[..., Path]:
    """A function of a folder and a moment: a full house there, as it stands at that moment."""
    return partial(_build, reports=True)


@pytest.fixture(scope="session")
def desk_of() -> Callable[[Settings, Store], Desk]:
    """A desk on a house that stands, by the real clock."""
    return lambda settings, store: Desk(settings=settings, store=store, now=datetime.now(UTC))


@pytest.fixture(scope="session")
def report_of() -> type[Report]:
    """A report to be seeded."""
    return Report


@pytest.fixture
def new_report() -> Callable[[Desk, int, str], tuple[str, Callable[[], None]]]:
    """Files a report now; returns its ULID and what the worker would do to it."""

    def filed(desk: Desk, number: int, text: str) -> tuple[str, Callable[[], None]]:
        desk.now = datetime.now(UTC)
        ulid = desk.add(Report(number=number, minutes=0, text=text, heard=False))
        times = [(at * 0.3, at * 0.3 + 0.25) for at in range(len(text.split()))]
        return ulid, lambda: hear(desk, ulid, text, times, datetime.now(UTC))

    return filed


def _build(home: Path, *, reports: bool, now: datetime = NOW) -> Path:
    settings = load_settings(home=home)
    with sqlite_store(home) as store:
        house = Desk(settings=settings, store=store, now=now)
        add_people(house)
        if reports:
            seed_all(house)
    return home


def add_people(desk: Desk) -> None:
    """One person of every role, two operators."""
    with desk.store.transaction() as session:
        hashed = ""
        for username, name, role in PEOPLE:
            person = people.create_person(session, username, name, role, PASSWORD, desk.now)
            hashed = hashed or person.password_hash
            person.password_hash = hashed


def seed_all(desk: Desk) -> None:
    """File :data:`REPORTS`, oldest first, and two calls that left nothing."""
    for report in sorted(REPORTS, key=lambda one: -one.minutes):
        desk.add(report)
    with desk.store.transaction() as session:
        for minutes, number in ((2, "+84905123456"), (50, None)):
            start = desk.now - timedelta(minutes=minutes)
            record_call(session, _journal(str(ULID.from_datetime(start)), number, start, ended=True), desk.now)


def _seed(desk: Desk, report: Report) -> str:
    spoken = desk.now - timedelta(minutes=report.minutes)
    ulid = str(ULID.from_datetime(spoken))
    words = report.text.split() or ["…"] * 6
    audio = desk.settings.spool / f"{ulid}.1.wav"
    audio.parent.mkdir(parents=True, exist_ok=True)
    times = write_speech(audio, len(words), seed=report.number)
    filed = file_audio(desk.settings, audio, ulid, spoken)
    sidecar = make_sidecar(
        ulid=ulid, call=report.call, version=2, state=SidecarState.TO_FILE, instance="1022", city="da-nang",
        caller_raw=report.caller or "anonymous", caller_number=report.caller, called="1022",
        started_at=spoken - timedelta(seconds=40), reported_at=spoken, category=report.category, kind=report.kind,
        confidential=report.confidential, urgent=report.urgent, consent=Consent.GIVEN, consent_key="1",
        consent_at=spoken, notice_version="2026-01",
        parts=(Part(number=1, file=audio.name, state=PartState.RECORDED, seconds=filed.seconds, started_at=spoken),),
        code=make_code(2026, report.number), contact_kind=report.contact, publish=True, publish_at=spoken,
        pin_mac=pin_mac(desk.settings, ulid, report.pin) if report.pin else None, flags=report.flags, ended=True,
    )  # fmt: skip
    due = spoken + timedelta(hours=report.hours) if report.hours else None
    with desk.store.transaction() as session:
        made = intake.file_report(session, sidecar, filed, spoken, due)
        if not report.call:
            journal = _journal(ulid, report.caller, spoken - timedelta(seconds=40), ended=True)
            record_call(session, journal, spoken)
    if report.heard:
        hear(desk, ulid, report.text, times, spoken + timedelta(seconds=9))
    _work(desk, made.ticket_id, report, spoken)
    return ulid


def hear(desk: Desk, ulid: str, text: str, times: list[tuple[float, float]], at: datetime) -> None:
    """Do the worker's part: claim the item, store words, peaks and text."""
    claimed = _claim(desk, ulid, at)
    words = [
        {"text": word.rstrip("?"), "start": start, "end": end, "confidence": 0.41 if word.endswith("?") else 0.94}
        for word, (start, end) in zip(text.split(), times, strict=False)
    ]
    raw = " ".join(str(word["text"]) for word in words)
    heard = HeardText(
        raw_text=raw, tidy_text=raw[:1].upper() + raw[1:] + ("." if raw else ""), words=words, confidence=0.88,
        model="starter", model_version="2026-11", starter=True, audio_seconds=times[-1][1], decode_seconds=1.2,
    )  # fmt: skip
    with desk.store.reading() as session:
        recording = listing.get_recording(session, ulid)
    with desk.store.transaction() as session:
        peaks = peaks_of(desk.settings.recordings / recording.key)
        store_transcript(session, ulid, heard, peaks, [], at)
        queue.finish(session, claimed, at)


def _claim(desk: Desk, ulid: str, at: datetime) -> queue.Claimed:
    """The work item of one recording; older ones that nobody has heard are put back."""
    others = []
    while (claimed := claim(desk.store, TRANSCRIBE, "test", at, 300)) and claimed.subject != ulid:
        others.append(claimed)
    for other in others:
        queue.release(desk.store, other)
    assert claimed is not None
    return claimed


def _work(desk: Desk, ticket_id: int, report: Report, spoken: datetime) -> None:
    at = spoken + timedelta(minutes=5)
    with desk.store.transaction() as session:
        for username, to, reason in report.moves:
            person = people.get_person(session, username)
            version = listing.get_ticket(session, ticket_id).version
            if report.holder:
                version = casework.change(session, ticket_id, person, version, at, assignee=person.id).version
            if to is State.DA_CHUYEN:
                version = casework.change(session, ticket_id, person, version, at, agency="so-xay-dung").version
            refusal = Refusal.KHONG_CO_NOI_DUNG if to is State.TU_CHOI else None
            casework.move(session, ticket_id, to, person, reason, version, at, refusal=refusal)
            at += timedelta(minutes=20)


def _journal(ulid: str, caller: str | None, start: datetime, *, ended: bool) -> CallJournal:
    step = partial(Step, keys="")
    return make_journal(
        ulid=ulid, instance="1022", city="da-nang", caller_raw=caller or "anonymous", caller_number=caller,
        called="1022", uniqueid=f"{ulid[-6:]}.1", linkedid=f"{ulid[-6:]}.1", started_at=start,
        steps=(
            step(node="chao", type="say", at=start + timedelta(seconds=1), prompts=("chao", "khan", "ghi-am")),
            step(node="chinh", type="menu", at=start + timedelta(seconds=14), prompts=("menu",), keys="1"),
            step(node="linh-vuc", type="menu", at=start + timedelta(seconds=24), prompts=("linh-vuc",), keys="1"),
        ),
        ended_at=start + timedelta(seconds=95) if ended else None, end_reason=EndReason.HUNG_UP if ended else None,
    )  # fmt: skip


def write_speech(path: Path, words: int, *, seed: int) -> list[tuple[float, float]]:
    """A WAV that sounds and looks like ``words`` words with pauses; returns their times in seconds."""
    chance = np.random.default_rng(seed)
    pieces, times, at = [np.zeros(RATE // 2)], [], 0.5
    for index in range(words):
        length = int(RATE * (0.22 + 0.16 * chance.random()))
        shape = np.hanning(length) * (0.35 + 0.65 * chance.random())
        tone = np.sin(2 * np.pi * (130 + 60 * chance.random()) * np.arange(length) / RATE)
        pieces.append(shape * (0.7 * tone + 0.3 * chance.standard_normal(length)) * 12000)
        times.append((round(at, 2), round(at + length / RATE, 2)))
        pause = int(RATE * (1.4 if index % 11 == 10 else 0.05))
        pieces.append(np.zeros(pause))
        at += (length + pause) / RATE
    samples = np.concatenate(pieces).clip(-32000, 32000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return times


def peaks_of(path: Path) -> list[int]:
    """800 values 0–100, as the worker makes them."""
    with wave.open(str(path), "rb") as file:
        samples = np.abs(np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float))
    parts = np.array_split(samples, 800)
    top = max(samples.max(), 1)
    return [int(100 * part.max() / top) if len(part) else 0 for part in parts]
