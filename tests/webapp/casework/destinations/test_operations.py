from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from tests.factories.casework import caseworking, make_case, make_caseworker, make_client, stored
from tests.factories.destinations import CONTRACT, WAITING, ask, confirm, current, make_destination
from tests.factories.files import PNG
from webapp import files
from webapp.access import Actor
from webapp.casework import queries as cases
from webapp.casework.destinations import confirming, operations, queries, ruling
from webapp.casework.destinations.models import Check, CheckKind, Destination, DestinationLink, Ruling, ToldBy, Word
from webapp.casework.destinations.refusals import AskedEnough, NoAnswer, NoPhone, NoProof, NotByRule, Pressing, Ruled, SpentLink, UnknownCode
from webapp.casework.models import Case, Stage, Standing, StepKind, Waiting, Willingness
from webapp.casework.refusals import Left, NoReason
from webapp.db import now, session, today, transaction
from webapp.notices.models import Message, Notice
from webapp.reference import destinations as reference
from webapp.reference.destination_models import DestinationCode, DestinationGroup

pytestmark = pytest.mark.usefixtures("both")


def link_of(token):
    link = queries.link_by_token(token, for_change=True)
    assert link is not None
    return link


def checks(*, is_open=True):
    with transaction():
        return [row for row in session().scalars(select(Check).order_by(Check.id)) if (row.ruling is None) is is_open]


def rule(check, decision, *, reason="打电话核实过", answer=""):
    with transaction():
        return ruling.rule(session().get_one(Check, check.id), decision, reason=reason, answer=answer, by=Actor.SYSTEM, on=today())


def test_a_destination_supersedes_the_one_before_and_nothing_is_overwritten():
    case = make_case()
    first = make_destination(case, WAITING)
    second = make_destination(case)
    with transaction():
        history = queries.history_of(case.id)
    assert [(row.id, row.superseded_on) for row in history] == [(second.id, None), (first.id, today())]
    assert (second.kind, second.counts, second.is_proven, second.unit) == (DestinationGroup.EMPLOYED, True, True, "济南样例机床有限公司")
    assert stored(case.id).standing is Standing.EMPLOYED
    with transaction():
        assert [row.kind for row in cases.steps_of(case)][:2] == [StepKind.DESTINATION, StepKind.DESTINATION]


@pytest.mark.parametrize(("code", "evidence", "standing", "proven"), [
    ("11", "contract", Standing.EMPLOYED, True), ("11", "told", Standing.EMPLOYED, False), ("11", "admission", Standing.EMPLOYED, False),
    ("75", "licence", Standing.EMPLOYED, True), ("76", "promise", Standing.EMPLOYED, True), ("80", "admission", Standing.STUDYING, True),
    ("46", "enlistment", Standing.EMPLOYED, True), ("70", "told", Standing.UNEMPLOYED, True), ("71", "promise", Standing.UNWILLING, True),
])  # fmt: skip
def test_the_standing_follows_the_code_and_the_evidence_proves_what_its_table_says(code, evidence, standing, proven):
    case = make_case()
    row = make_destination(case, replace(CONTRACT, code=code, evidence=evidence))
    assert (stored(case.id).standing, row.is_proven) == (standing, proven)


@pytest.mark.parametrize("paper", ["internship_certificate", "traineeship_certificate"])
def test_an_internship_or_traineeship_certificate_is_refused_and_the_article_is_named(paper):
    case = make_case()
    with pytest.raises(NoProof) as refusal:
        make_destination(case, replace(CONTRACT, evidence=paper))
    assert "不准将毕业生顶岗实习、见习证明材料作为就业证明材料" in str(refusal.value)
    assert current(case) is None and stored(case.id).standing is Standing.UNKNOWN


def test_an_imported_table_of_a_year_answers_for_that_year_alone_and_earlier_rows_keep_what_they_said():
    old, case = make_case(cohort=2025), make_case(cohort=2026)
    before = make_destination(case)
    with transaction():
        session().add(
            DestinationCode(year=2026, code="11", label="签劳动合同", kind=DestinationGroup.EMPLOYED, numerator=False, source="试", checked=True)
        )
    after = make_destination(make_case(cohort=2026))
    assert (before.table_year, before.counts) == (0, True)
    assert (after.table_year, after.counts) == (2026, False)
    assert make_destination(old).table_year == 0
    with pytest.raises(UnknownCode):
        make_destination(make_case(cohort=2026), WAITING)
    with transaction():
        assert [row.checked for row in reference.codes_of(0)] == [False] * 14


def test_whoever_left_gets_no_destination():
    case = make_case(stage=Stage.CLOSED)
    with pytest.raises(Left):
        make_destination(case)


def test_without_a_destination_the_standing_is_what_the_person_said_of_looking_for_work():
    assert operations.standing_of(None, Willingness.UNWILLING) is Standing.UNWILLING
    assert operations.standing_of(None, Willingness.WILLING) is Standing.UNEMPLOYED


# the graduate's own word


def test_the_message_names_nobody_and_the_token_is_kept_as_a_hash():
    case = make_case(client=make_client(name="钱小草", phone="13900002222"))
    make_destination(case)
    token = ask(case)
    with transaction():
        message = session().scalars(select(Message)).one()
        assert message.address == "13900002222" and message.person_id is None
        assert not any(word in f"{message.title}{message.body}" for word in ("钱", "机床", "合同", "装配"))
        link = session().scalars(select(DestinationLink)).one()
        assert token.encode() not in link.token_hash and link.expires_at > now() + timedelta(days=6)
    assert (current(case).word, stored(case.id).waiting) == (Word.ASKED, Waiting.FOR_THEM)


def test_a_graduate_confirms_once_and_pressing_again_is_the_same():
    case = make_case()
    make_destination(case)
    token = ask(case)
    for _ in range(2):
        with transaction():
            confirming.confirm(link_of(token), on=today())
    assert current(case).word is Word.CONFIRMED
    with transaction():
        assert [row.said for row in cases.steps_of(case)].count("本人确认去向") == 1


def test_a_dispute_takes_the_case_off_the_figures_and_gives_its_caseworker_a_task_today():
    caseworker = make_caseworker()
    case = make_case(caseworker=caseworker)
    make_destination(case)
    token = ask(case)
    with transaction(), pytest.raises(NoReason):
        confirming.dispute(link_of(token), " ", on=today())
    with transaction():
        confirming.dispute(link_of(token), "没签过这份合同", on=today())
    row = stored(case.id)
    assert (row.standing, row.waiting, row.next_on, row.next_what) == (Standing.UNKNOWN, Waiting.FOR_US, today(), confirming.DISPUTED)
    assert [check.kind for check in checks()] == [CheckKind.DISPUTE]
    with transaction():
        notice = session().scalars(select(Notice).where(Notice.person_id == caseworker.id)).one()
        assert "合同" not in notice.title + notice.body and notice.path.startswith("/casework/destinations/checks/")
    with transaction(), pytest.raises(SpentLink):
        confirming.confirm(link_of(token), on=today())


def test_a_dispute_brings_back_whoever_had_left():
    case = make_case()
    make_destination(case)
    confirm(case)
    token = ask(case)
    with transaction():
        operations.leave_placed(session().get_one(Case, case.id), by=Actor.SYSTEM, on=today())
    with transaction():
        link = link_of(token)
        link.used_at = None
        session().get_one(Destination, link.destination_id).word = Word.ASKED
    with transaction():
        confirming.dispute(link_of(token), "被单位辞退了", on=today())
    assert stored(case.id).stage is Stage.OPEN


def test_a_correction_is_a_destination_of_its_own_that_waits_for_proof():
    case = make_case()
    make_destination(case)
    token = ask(case)
    with transaction():
        made = confirming.correct(link_of(token), confirming.own_values("76", unit="", from_on=None), on=today())
    assert (made.told_by, made.word, made.is_proven, made.evidence) == (ToldBy.GRADUATE, Word.CONFIRMED, False, "told")
    assert current(case).id == made.id and stored(case.id).waiting is Waiting.FOR_US
    with transaction(), pytest.raises(SpentLink):
        confirming.correct(link_of(token), confirming.own_values("70", unit="", from_on=None), on=today())


def test_a_link_ends_by_the_parameter_and_with_the_destination_it_speaks_of():
    case = make_case()
    make_destination(case)
    late, replaced = ask(case), ask(case)
    with transaction():
        link_of(late).expires_at = now()
    with transaction(), pytest.raises(SpentLink):
        confirming.confirm(link_of(late), on=today())
    make_destination(case, WAITING)
    with transaction(), pytest.raises(SpentLink):
        confirming.confirm(link_of(replaced), on=today())


def test_nobody_is_asked_without_a_phone_or_more_often_than_the_parameter_says():
    silent, case = make_case(client=make_client(phone=None)), make_case()
    make_destination(silent)
    make_destination(case)
    with pytest.raises(NoPhone):
        ask(silent)
    ask(case)
    ask(case)
    with pytest.raises(AskedEnough):
        ask(case)


# checks


def test_one_paper_for_two_people_is_looked_at():
    proof = files.lay_down(PNG, "合同.png", files.DOCUMENTS)
    again = files.lay_down(PNG, "合同.png", files.DOCUMENTS)
    make_destination(make_case(), stored=proof)
    assert checks() == []
    make_destination(make_case(), stored=again)
    (check,) = checks()
    with transaction():
        assert check.kind is CheckKind.SAME_PROOF and len(queries.members_of(check.id)) == 2


def test_many_at_one_unit_in_few_days_are_looked_at_by_county_and_not_again_once_found_true():
    values = [replace(CONTRACT, unit="济南 样例（新）机床有限公司"), replace(CONTRACT, unit="济南样例(新)机床有限公司")]
    make_destination(make_case(), values[0], on=today() - timedelta(days=8))
    for number in range(4):
        make_destination(make_case(), values[number % 2])
        make_destination(make_case(region="370202"), values[0])
    assert checks() == [], "four in each county, and one too long ago"
    make_destination(make_case(), values[1])
    (check,) = checks()
    with transaction():
        assert (check.kind, check.region, len(queries.members_of(check.id))) == (CheckKind.SAME_UNIT, "370102", 5)
    make_destination(make_case(), values[1])
    with transaction():
        assert len(queries.members_of(check.id)) == 6
    rule(check, Ruling.TRUE)
    make_destination(make_case(), values[1])
    assert checks() == []


def test_what_is_found_untrue_is_taken_back_and_its_people_are_looked_after_again():
    proof = [files.lay_down(PNG, "合同.png", files.DOCUMENTS) for _ in range(2)]
    people = [make_case(), make_case()]
    for case, file in zip(people, proof, strict=True):
        make_destination(case, stored=file)
    (check,) = checks()
    with pytest.raises(NoReason):
        rule(check, Ruling.FALSE, reason=" ")
    assert rule(check, Ruling.FALSE) == 2
    assert [current(case) for case in people] == [None, None]
    assert {(stored(case.id).standing, stored(case.id).waiting) for case in people} == {(Standing.UNKNOWN, Waiting.FOR_US)}
    with pytest.raises(Ruled):
        rule(check, Ruling.TRUE)


def test_a_dispute_is_answered_in_words_that_press_nobody():
    case = make_case()
    make_destination(case)
    token = ask(case)
    with transaction():
        confirming.dispute(link_of(token), "没签过", on=today())
    (check,) = checks()
    with pytest.raises(NoAnswer):
        rule(check, Ruling.TRUE)
    with pytest.raises(Pressing) as pressing:
        rule(check, Ruling.TRUE, answer="不签就业协议就不发毕业证，请尽快确认")
    assert "不准将毕业证书、学位证书发放与毕业生签约挂钩" in str(pressing.value)
    rule(check, Ruling.TRUE, answer="已经和单位核对，合同是您 9 月签的")
    row = current(case)
    assert (row.word, row.answer) == (Word.NOT_ASKED, "已经和单位核对，合同是您 9 月签的")
    assert stored(case.id).standing is Standing.EMPLOYED


# leaving


def test_somebody_leaves_as_placed_by_the_rule_alone():
    case = make_case(caseworker=make_caseworker())

    def leave():
        with transaction():
            operations.leave_placed(session().get_one(Case, case.id), by=caseworking(make_caseworker()), on=today())

    with pytest.raises(NotByRule):
        leave()
    make_destination(case, replace(CONTRACT, evidence="told"))
    with pytest.raises(NotByRule) as gaps:
        leave()
    assert "要有能证明这个去向的材料" in str(gaps.value) and "要由本人确认，或经部门比对" in str(gaps.value)
    make_destination(case)
    confirm(case)
    leave()
    assert (stored(case.id).stage, stored(case.id).left_reason) == (Stage.CLOSED, "placed")


def test_what_a_department_says_needs_no_confirmation_and_an_open_check_holds_everybody():
    case = make_case()
    row = make_destination(case, replace(CONTRACT, evidence="comparison", told_by=ToldBy.DEPARTMENT))
    with transaction():
        assert operations.leaving_gaps(session().get_one(Case, case.id), row, on=today()) == []
    proof = [files.lay_down(PNG, "合同.png", files.DOCUMENTS) for _ in range(2)]
    for file in proof:
        held = make_case()
        last = make_destination(held, replace(CONTRACT, told_by=ToldBy.DEPARTMENT), stored=file)
    with transaction():
        assert operations.leaving_gaps(session().get_one(Case, held.id), last, on=today()) == ["有一项核查还没有办结"]


# at once


def test_one_paper_registered_by_two_caseworkers_at_once_makes_one_check():
    """SQLite has one writer; on PostgreSQL both wait for their turn on the paper."""
    proof = [files.lay_down(PNG, "合同.png", files.DOCUMENTS) for _ in range(4)]
    people = [make_case() for _ in proof]
    start, troubles = Barrier(len(people)), []

    def work(case, file):
        start.wait()
        try:
            make_destination(case, replace(CONTRACT, unit=""), stored=file)
        except Exception as trouble:
            troubles.append(trouble)

    threads = [Thread(target=work, args=pair) for pair in zip(people, proof, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    (check,) = checks()
    with transaction():
        assert len(queries.members_of(check.id)) == 4
