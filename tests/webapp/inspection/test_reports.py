from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.factories.accounts import disable, make_person, make_staff
from tests.factories.employers import make_employer, make_member
from tests.factories.inspection import decide, inspecting, make_inspector, make_report, make_taken, stored
from tests.factories.postings import make_forwarded, make_posting
from tests.factories.reference import set_parameter
from webapp.access import Actor, Role
from webapp.accounts import limits
from webapp.accounts import queries as people
from webapp.accounts.models import Person
from webapp.db import new_key, now, session, today, transaction
from webapp.inspection import evidence, queries
from webapp.inspection.models import Decision, Office, PublicReport, ReportKind, ReportState, Transfer
from webapp.inspection.operations import reports
from webapp.inspection.operations.refusals import NoReason, TooNear
from webapp.inspection.operations.reports import AlreadyDecided, AlreadyReceived, HasOwner, NoOffice, NotYours, WrongColleague
from webapp.inspection.telling import outcome_words
from webapp.ledger import Entry
from webapp.notices.models import Channel, Message, Notice, NoticeKind
from webapp.postings import operations as postings
from webapp.postings.models import Posting, PostingState

pytestmark = pytest.mark.usefixtures("database")
JINAN, LIXIA = "370100", "370102"


@pytest.fixture
def handler() -> Person:
    return make_inspector(JINAN)


def test_a_report_has_a_number_a_due_time_and_the_posting_as_it_was_shown(handler):
    posting = make_posting()
    report, code = make_report(posting, kind=ReportKind.DISCRIMINATION)
    assert report.number.startswith(f"{today():%Y%m%d}") and len(report.number) == 14
    assert len(code) == 8 and not set(code) & set("01OI")
    assert report.due_at - report.received_at == timedelta(days=7)
    assert (report.region, report.state) == (LIXIA, ReportState.RECEIVED)
    with transaction():
        session().get_one(Posting, posting.id).duties = "改过的内容。"
    kept = stored(PublicReport, report.id)
    assert ["工作内容", "焊接农机车架，两班倒，每班八小时。"] in kept.evidence["elements"]
    assert evidence.digest(kept.evidence) == kept.evidence_digest
    with transaction():
        told = session().scalars(select(Notice).where(Notice.kind == NoticeKind.REPORT, Notice.person_id == handler.id)).one()
        assert (told.subject, told.path) == (str(report.id), f"/inspection/reports/{report.id}")


def test_the_days_it_may_take_are_a_parameter_of_the_place():
    set_parameter("report_due_days", "3")
    report, _ = make_report(make_forwarded())
    assert report.due_at - report.received_at == timedelta(days=3)


def test_what_a_reporter_says_is_sealed_and_not_on_the_ledger():
    report, code = make_report(make_posting(), text="刘经理 13811112222 让我交钱", name="孙举报", phone="13933334444", by_sms=True)
    kept = stored(PublicReport, report.id)
    assert (kept.text, kept.name, kept.phone) == ("刘经理 13811112222 让我交钱", "孙举报", "13933334444")
    with transaction():
        raw = session().connection().exec_driver_sql("SELECT * FROM public_report").fetchall()
        entries = str([(row.payload, row.subject) for row in session().scalars(select(Entry))])
    for said in ("13811112222", "孙举报", "13933334444", code):
        assert said not in str(raw) and said.encode() not in b"".join(part for part in raw[0] if isinstance(part, bytes))
        assert said not in entries


def test_the_same_form_sent_twice_is_one_report():
    posting, once = make_posting(), new_key()
    report, _ = make_report(posting, once=once)
    with pytest.raises(AlreadyReceived) as again:
        make_report(posting, once=once)
    assert again.value.number == report.number and report.number in str(again.value)


def test_one_origin_can_send_so_many_an_hour_and_so_many_a_day():
    posting = make_posting()
    for _ in range(5):
        make_report(posting)
    with pytest.raises(limits.TooMany):
        make_report(posting)
    make_report(posting, origin=b"p" * 32)
    with transaction():
        session().execute(update(PublicReport).values(received_at=now() - timedelta(hours=2)))
    set_parameter("report_per_origin_day", "6")
    make_report(posting)
    with pytest.raises(limits.TooMany):
        make_report(posting)


def test_the_number_alone_or_a_wrong_code_opens_nothing():
    report, code = make_report(make_posting())
    other, other_code = make_report(make_posting())
    with transaction():
        found = queries.report_by_code(report.number, code)
        assert found is not None and found.id == report.id
        assert [queries.report_by_code(report.number, wrong) for wrong in ("", code[:-1], other_code, code.lower())] == [None] * 4
        assert queries.report_by_code(other.number, code) is None


def test_whoever_receives_it_first_owns_it_until_another_accepts(handler):
    colleague, third = make_inspector(LIXIA), make_staff(Role.REVIEWER, JINAN)
    report, _ = make_report(make_posting())

    def act(work, by: Person, *rest) -> None:
        with transaction():
            work(session().get_one(PublicReport, report.id), *rest, by=inspecting(by))

    act(reports.take, handler)
    assert (stored(PublicReport, report.id).handler_id, stored(PublicReport, report.id).state) == (handler.id, ReportState.IN_HAND)
    act(reports.take, handler)
    for other in (colleague, third):
        with pytest.raises(HasOwner):
            act(reports.take, other)
    with pytest.raises(NotYours):
        act(reports.offer, colleague, third.id)
    act(reports.offer, handler, colleague.id)
    assert stored(PublicReport, report.id).handler_id == handler.id, "still the first one's"
    with pytest.raises(HasOwner):
        act(reports.take, third)
    act(reports.take, colleague)
    kept = stored(PublicReport, report.id)
    assert (kept.handler_id, kept.offered_id) == (colleague.id, None)
    with pytest.raises(NotYours):
        act(reports.show_reporter, handler)
    with transaction():
        taken = [entry.by_person for entry in session().scalars(select(Entry).where(Entry.event == "ReportTaken").order_by(Entry.id))]
        assert taken == [handler.id, colleague.id]


def test_an_owner_who_works_here_no_more_leaves_it_to_whoever_takes_it(handler):
    colleague = make_inspector(JINAN)
    report, _ = make_report(make_posting())
    make_taken(report, handler)
    disable(handler)
    make_taken(report, colleague)
    assert stored(PublicReport, report.id).handler_id == colleague.id


def test_it_can_be_offered_only_to_a_colleague_of_the_place_who_is_not_near(handler):
    employer = make_employer()
    near, elsewhere, leader = make_member(employer, make_inspector(JINAN)), make_inspector("370200"), make_staff(Role.LEADER, JINAN)
    report, _ = make_report(make_posting(employer=employer))
    make_taken(report, handler)
    for person in (near, elsewhere, leader, handler):
        with pytest.raises(WrongColleague), transaction():
            reports.offer(session().get_one(PublicReport, report.id), person.id, by=inspecting(handler))
    with pytest.raises(TooNear):
        make_taken(make_report(make_posting(employer=employer))[0], near)


def test_a_decision_takes_the_posting_down_and_everybody_concerned_is_told(handler):
    posting, seeker = make_posting(), make_person(name="孙举报")
    report, _ = make_report(posting, phone="13933334444", by_sms=True, reporter_id=seeker.id)
    make_taken(report, handler)
    decide(report, Decision.TAKE_DOWN, handler=handler, outcome="单位承认收取服装费。")
    kept = stored(PublicReport, report.id)
    assert (kept.state, kept.decision) == (ReportState.DECIDED, Decision.TAKE_DOWN)
    assert stored(Posting, posting.id).state is PostingState.TAKEN_DOWN
    with transaction():
        told = session().scalars(select(Notice).where(Notice.person_id == seeker.id, Notice.kind == NoticeKind.REPORT)).one()
        assert told.body == "经核查属实，岗位已下架。单位承认收取服装费。"
        message = session().scalars(select(Message)).one()
        assert (message.channel, message.address, message.title) == (Channel.SMS, "13933334444", "举报处理结果")
        assert report.number in (message.body or "")
        assert any("单位承认" in row.body for row in session().scalars(select(Notice).where(Notice.person_id == posting.author_id)))


def test_a_phone_without_consent_gets_no_message(handler):
    report, _ = make_report(make_posting(), phone="13933334444", by_sms=False)
    make_taken(report, handler)
    decide(report, Decision.UNFOUNDED, handler=handler)
    with transaction():
        assert session().scalars(select(Message)).all() == []


_LEAVE = {
    PostingState.PAUSED: postings.pause,
    PostingState.FILLED: postings.fill,
    PostingState.EXPIRED: postings.lapse,
    PostingState.WITHDRAWN: postings.withdraw,
}


@pytest.mark.parametrize("left", list(_LEAVE))
@pytest.mark.parametrize(
    ("decision", "state", "words"),
    [(Decision.TAKE_DOWN, PostingState.TAKEN_DOWN, "岗位已下架"), (Decision.MEND, PostingState.WITHDRAWN, "岗位已停止发布")],
    ids=["down", "mend"],
)
def test_an_upheld_report_holds_for_a_posting_that_left_by_itself(handler, left, decision, state, words):
    posting = make_posting()
    report, _ = make_report(posting)
    make_taken(report, handler)
    with transaction():
        _LEAVE[left](session().get_one(Posting, posting.id), by=Actor.SYSTEM)
    decide(report, decision, handler=handler)
    assert stored(Posting, posting.id).state is state
    assert words in outcome_words(stored(PublicReport, report.id))


def test_a_reporter_is_not_told_that_something_was_taken_down_which_was_not(handler):
    posting = make_posting()
    report, _ = make_report(posting)
    make_taken(report, handler)
    with transaction():
        kept = session().get_one(Posting, posting.id)
        postings.withdraw(kept, by=Actor.SYSTEM)
        postings.revise(kept, by=Actor.SYSTEM)
    decide(report, Decision.TAKE_DOWN, handler=handler, outcome="单位承认收费。")
    kept = stored(PublicReport, report.id)
    assert outcome_words(kept) == "经核查属实。这个岗位在办结以前已经不再发布。单位承认收费。"
    assert kept.result == "属实，岗位已不在发布"


def test_who_is_near_is_not_told_and_decides_nothing_whatever_the_decision(handler):
    employer, reviewer = make_employer(), make_staff(Role.REVIEWER, JINAN)
    member = make_member(employer, make_inspector(LIXIA))
    posting = make_posting(employer=employer, reviewer=reviewer)
    report, _ = make_report(posting)
    with transaction():
        told = set(session().scalars(select(Notice.person_id).where(Notice.kind == NoticeKind.REPORT)))
    assert handler.id in told, "the county's only handler is a member, so the city's are told"
    assert not told & {member.id, reviewer.id}
    for near in (member, reviewer):
        with pytest.raises(TooNear):
            make_taken(report, near)
    make_taken(report, handler)
    make_member(employer, handler)
    for act in (
        lambda: decide(report, Decision.UNFOUNDED, handler=handler),
        lambda: shown(report, handler),
    ):
        with pytest.raises(TooNear):
            act()
    colleague = make_inspector(JINAN)
    with transaction():
        reports.offer(session().get_one(PublicReport, report.id), colleague.id, by=inspecting(handler))


def shown(report: PublicReport, handler: Person) -> None:
    with transaction():
        reports.show_reporter(session().get_one(PublicReport, report.id), by=inspecting(handler))


@pytest.mark.parametrize("make", [make_posting, make_forwarded])
def test_what_must_be_mended_leaves_the_list_until_it_is_reviewed_again(handler, make):
    posting = make()
    report, _ = make_report(posting)
    make_taken(report, handler)
    decide(report, Decision.MEND, handler=handler)
    assert stored(Posting, posting.id).state is PostingState.WITHDRAWN


def test_an_unfounded_report_leaves_the_posting_open(handler):
    posting = make_posting()
    report, _ = make_report(posting)
    make_taken(report, handler)
    decide(report, Decision.UNFOUNDED, handler=handler)
    assert stored(Posting, posting.id).state is PostingState.OPEN


def test_a_transfer_names_the_office_and_why(handler):
    report, _ = make_report(make_posting())
    make_taken(report, handler)
    with pytest.raises(NoOffice):
        decide(report, Decision.TRANSFER, handler=handler, office=Office.POLICE)
    assert stored(PublicReport, report.id).state is ReportState.IN_HAND
    decide(
        report,
        Decision.TRANSFER,
        handler=handler,
        office=Office.POLICE,
        office_name="历下区公安分局",
        sign="历人社移〔2026〕3号",
        outcome="涉嫌诈骗。",
    )
    with transaction():
        row = session().scalars(select(Transfer)).one()
        assert (row.office, row.office_name, row.sign, row.reason, row.by_id) == (
            Office.POLICE,
            "历下区公安分局",
            "历人社移〔2026〕3号",
            "涉嫌诈骗。",
            handler.id,
        )
        reports.transfer(session().get_one(PublicReport, report.id), Office.LABOUR, "历下区劳动监察大队", "欠薪", by=inspecting(handler))
    with transaction():
        assert len(queries.transfers_of(report)) == 2
        with pytest.raises(NotYours):
            reports.transfer(session().get_one(PublicReport, report.id), Office.LABOUR, "大队", "欠薪", by=inspecting(make_inspector(JINAN)))


def test_several_reports_of_one_posting_are_ended_together(handler):
    posting, colleague = make_posting(), make_inspector(JINAN)
    first, second, third = (make_report(posting)[0] for _ in range(3))
    make_taken(first, handler)
    make_taken(third, colleague)

    def together(*rows: PublicReport) -> None:
        with transaction():
            kept = [session().get_one(PublicReport, row.id) for row in rows]
            reports.decide(kept, Decision.TAKE_DOWN, "属实。", by=inspecting(handler))

    with pytest.raises(HasOwner):
        together(first, second, third)
    assert stored(Posting, posting.id).state is PostingState.OPEN, "all or nothing"
    together(first, second)
    assert [stored(PublicReport, row.id).state for row in (first, second, third)] == [ReportState.DECIDED, ReportState.DECIDED, ReportState.IN_HAND]
    decide(third, Decision.TAKE_DOWN, handler=colleague)
    assert stored(PublicReport, third.id).state is ReportState.DECIDED, "a posting that is down already needs nothing"


def test_a_decision_wants_its_owner_words_and_an_open_report(handler):
    report, _ = make_report(make_posting())
    with pytest.raises(NotYours):
        decide(report, Decision.UNFOUNDED, handler=handler)
    make_taken(report, handler)
    with pytest.raises(NoReason):
        decide(report, Decision.UNFOUNDED, handler=handler, outcome="  ")
    decide(report, Decision.UNFOUNDED, handler=handler)
    for act in (lambda: decide(report, Decision.TAKE_DOWN, handler=handler), lambda: make_taken(report, handler)):
        with pytest.raises(AlreadyDecided):
            act()


def test_the_queue_is_in_order_of_what_is_due_and_another_districts_is_empty(handler):
    late, soon = make_report(make_posting())[0], make_report(make_posting(region="370103"))[0]
    far, _ = make_report(make_forwarded(region="370202"))
    with transaction():
        session().get_one(PublicReport, late.id).due_at = now() - timedelta(hours=1)
    mine, theirs, nobody = people.grants_of(handler.id), people.grants_of(make_inspector(LIXIA).id), people.grants_of(make_person().id)
    with transaction():
        assert [row.id for row in session().scalars(queries.queue("waiting", handler.id, mine))] == [late.id, soon.id]
        assert [row.id for row in session().scalars(queries.queue("late", handler.id, mine))] == [late.id]
        assert queries.queue_counts(handler.id, mine) == {"waiting": 2, "mine": 0, "offered": 0, "in_hand": 0, "late": 1, "decided": 0}
        assert queries.queue_counts(handler.id, theirs)["waiting"] == 1
        assert queries.queue_counts(handler.id, nobody)["waiting"] == 0
        assert queries.report(far.id, mine) is None and queries.report(soon.id, theirs) is None
        assert queries.about_same(far, mine) == []


def test_the_countys_own_handlers_are_told_before_the_citys(handler):
    county = make_inspector(LIXIA)
    make_report(make_forwarded())
    make_report(make_forwarded(region="370103", source_key="2"))
    with transaction():
        told = [row.person_id for row in session().scalars(select(Notice).where(Notice.kind == NoticeKind.REPORT).order_by(Notice.id))]
    assert told == [county.id, handler.id]
