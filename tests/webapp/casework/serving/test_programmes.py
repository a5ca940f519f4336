"""Who enters and who leaves, by dated rules; and that no 户籍 stands before the service."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from tests.conftest import ROOT
from tests.factories.casework import caseworking, make_case, make_caseworker, make_client, make_id_number, stored
from webapp.access import Actor, Grant, Level, Role
from webapp.casework import operations as cases
from webapp.casework import queries as case_queries
from webapp.casework.models import Case, Client, Sex, Stage, Standing, TagKind
from webapp.casework.refusals import Decided, NoProof, ProofElsewhere, UnknownReason
from webapp.casework.serving import admitting, hardship, programmes, willing
from webapp.casework.serving.hardship import Known
from webapp.casework.serving.models import MoveKind, MoveState, ProgrammeMove, ProgrammeRun, Proof, ProofKind
from webapp.db import session, today, transaction
from webapp.reference import queries as reference
from webapp.reference import serving
from webapp.reference.models import ShippedTable
from webapp.reference.service_models import HardshipRule

pytestmark = pytest.mark.usefixtures("both")
BY = Actor.SYSTEM
COUNTY = (Grant(Role.CASEWORKER, Level.COUNTY, "370102"),)


def run(code: str, on: date | None = None) -> ProgrammeRun:
    with transaction():
        asked = programmes.ask(code, by=BY, on=on or today())
    programmes.evaluate(asked.id, lambda: None)
    with transaction():
        return session().get_one(ProgrammeRun, asked.id)


def moves(code: str) -> list[tuple[str, str, str]]:
    with transaction():
        rows = session().scalars(select(ProgrammeMove).where(ProgrammeMove.programme == code).order_by(ProgrammeMove.id))
        return [(row.kind.value, row.reason, row.state.value) for row in rows]


def somebody(born: str = "20010601", *, months: int | None = None, registered: bool = True, sex: Sex = Sex.FEMALE, **columns: object) -> Case:
    client = make_client(id_number=make_id_number(born))
    case = make_case(client=client, **columns)
    with transaction():
        held = session().get_one(Client, client.id)
        held.sex = sex
        if months is not None:
            since = today() - timedelta(days=months * 31)
            willing.note_unemployment(held, since=since, source="失业登记", is_registered=registered, by=BY)
    return case


def inside(case: Case, code: str) -> Case | None:
    with transaction():
        return case_queries.case_of(case.client_id, code)


class TestLongUnemployedYouth:
    def test_who_is_six_months_without_work_enters_by_itself_with_the_officer_they_have(self):
        worker = make_caseworker()
        case, fresh = somebody(months=7, caseworker=worker), somebody(months=5)
        done = run("long_unemployed_youth")
        assert (done.examined, done.entering, done.leaving) == (2, 1, 0)
        entered = inside(case, "long_unemployed_youth")
        assert (entered.caseworker_id, entered.items_due, entered.region) == (worker.id, 1, "370102")
        assert inside(fresh, "long_unemployed_youth") is None
        assert run("long_unemployed_youth").entering == 0

    def test_who_is_no_youth_does_not(self):
        case = somebody("19800101", months=12)
        run("long_unemployed_youth")
        assert inside(case, "long_unemployed_youth") is None

    def test_who_found_work_leaves_with_the_reason(self):
        case = somebody(months=7)
        run("long_unemployed_youth")
        with transaction():
            session().get_one(Case, case.id).standing = Standing.EMPLOYED
        run("long_unemployed_youth")
        left = inside(case, "long_unemployed_youth")
        assert (left.stage, left.left_reason, left.items_due) == (Stage.CLOSED, "employed", 0)
        assert moves("long_unemployed_youth") == [("enter", "unemployed", "done"), ("leave", "employed", "done")]


class TestHardship:
    def test_entry_and_exit_are_proposed_and_a_person_confirms(self):
        case = somebody("19800101", months=2)
        run("hardship")
        assert moves("hardship") == [("enter", "age_women", "proposed")]
        assert inside(case, "hardship") is None
        with transaction():
            move = session().scalar(select(ProgrammeMove))
            programmes.decide(move, do=True, by=caseworking(make_caseworker()), on=today())
            with pytest.raises(Decided):
                programmes.decide(move, do=True, by=BY, on=today())
        assert inside(case, "hardship").stage is Stage.OPEN
        with transaction():
            willing.end_unemployment(session().get_one(Client, case.client_id), on=today(), by=BY)
        run("hardship")
        assert moves("hardship")[1] == ("leave", "no_rule", "proposed")
        assert inside(case, "hardship").stage is Stage.OPEN, "nobody is dropped without a person's word"

    def test_what_was_refused_is_not_proposed_again_and_what_no_longer_fits_is_closed(self):
        case = somebody("19800101", months=2)
        run("hardship")
        with transaction():
            programmes.decide(session().scalar(select(ProgrammeMove)), do=False, remark="本人不申请", by=caseworking(make_caseworker()), on=today())
        run("hardship")
        assert len(moves("hardship")) == 1
        with transaction():
            cases.tag(session().get_one(Case, case.id), TagKind.DISABLED, source="残联", since=today(), by=BY, on=today())
        run("hardship")
        assert len(moves("hardship")) == 1, "the first rule that is met still is the same"

    def test_a_proposal_that_no_longer_fits_is_closed_with_a_word(self):
        case = somebody("19800101", months=2)
        run("hardship")
        with transaction():
            session().get_one(Case, case.id).standing = Standing.EMPLOYED
        run("hardship")
        with transaction():
            row = session().scalar(select(ProgrammeMove))
            assert (row.state, row.decided_by, row.remark) == (MoveState.REFUSED, None, "再次评估时条件已经变化")

    def test_a_changed_rule_set_lists_who_enters_and_who_leaves_and_why(self):
        younger, older = somebody(_born(47), months=2), somebody(_born(43), months=2)
        run("hardship")
        with transaction():
            for move in session().scalars(select(ProgrammeMove)):
                programmes.decide(move, do=True, by=caseworking(make_caseworker()), on=today())
        _women_from(45)
        run("hardship")
        with transaction():
            last = session().scalars(select(ProgrammeMove).where(ProgrammeMove.kind == MoveKind.LEAVE)).all()
            assert [(row.client_id, row.reason, row.why, row.state) for row in last] == [
                (older.client_id, "no_rule", "不再符合认定条件", MoveState.PROPOSED)
            ]
        assert inside(younger, "hardship").stage is Stage.OPEN


def _born(years: int) -> str:
    return f"{today().year - years}0101"


def _women_from(years: int) -> None:
    with transaction():
        session().add(
            HardshipRule(
                region="370100", valid_from=today(), code="age_women", label=f"女性年满{years}周岁", test="age", sex="female", least=years,
                tags=[], registered=True, basis="市规定", source="", checked=False,
            )
        )  # fmt: skip
        session().execute(update(ShippedTable).where(ShippedTable.kind == "hardship_rules").values(version="changed"))
        reference.forget()


class TestRules:
    def test_the_province_names_nine_kinds_and_marks_none_as_confirmed(self):
        rules = serving.hardship_rules().of("370102", today())
        assert len(rules) == 9 and not any(rule.checked for rule in rules)
        assert serving.hardship_rules().of("110101", today()) == ()

    @pytest.mark.parametrize(
        ("born", "on", "is_met"),
        [
            (date(1986, 6, 2), date(2026, 6, 1), False),
            (date(1986, 6, 2), date(2026, 6, 2), True),
            (date(1970, 1, 1), date(2026, 6, 1), True),
            (date(1990, 1, 1), date(2026, 6, 1), False),
        ],
    )
    def test_the_birthday_decides_in_its_year(self, born, on, is_met):
        known = Known(sex="female", born_year=born.year, born_on=lambda: born, is_registered=True)
        rule = hardship.first_met(serving.hardship_rules().of("370102", on), known, on)
        assert (rule is not None and rule.code == "age_women") is is_met

    def test_who_is_not_registered_is_not_met(self):
        known = Known(sex="male", born_year=1960, tags=frozenset({"disabled"}), without_work_since=date(2020, 1, 1))
        assert hardship.first_met(serving.hardship_rules().of("370102", today()), known, today()) is None

    @pytest.mark.parametrize(
        ("since", "on", "months"), [("2026-01-15", "2026-07-14", 5), ("2026-01-15", "2026-07-15", 6), ("2025-12-31", "2026-01-30", 0)]
    )
    def test_months_are_whole(self, since, on, months):
        assert hardship.months_between(date.fromisoformat(since), date.fromisoformat(on)) == months


class TestFourPlacesAlike:
    @pytest.mark.parametrize("proof", list(ProofKind))
    def test_any_one_proof_opens_the_service_whatever_the_household_says(self, proof):
        client = make_client()
        with transaction():
            held = session().get_one(Client, client.id)
            held.household_region, held.living_region = "510105", "440305"
            case = admitting.admit(held, "graduates", proof, region="370102", seen="身份证件和证明", grants=COUNTY, by=BY, on=today())
            assert (case.region, case.stage) == ("370102", Stage.OPEN)
            assert session().scalar(select(Proof.kind)) is proof

    def test_without_a_proof_or_with_one_of_elsewhere_it_does_not_open(self):
        key = make_client().id
        with transaction():
            client = session().get_one(Client, key)
            for proof, seen in ((None, "居住证"), (ProofKind.LIVING, " ")):
                with pytest.raises(NoProof):
                    admitting.admit(client, "graduates", proof, region="370102", seen=seen, grants=COUNTY, by=BY, on=today())
            with pytest.raises(ProofElsewhere):
                admitting.admit(client, "graduates", ProofKind.LIVING, region="370202", seen="居住证", grants=COUNTY, by=BY, on=today())

    def test_no_code_asks_where_somebody_is_registered_before_serving(self):
        asking = [
            path.name
            for path in (ROOT / "webapp/casework/serving").rglob("*.py")
            if re.search(r"household_region\s*(==|!=|in\b|\.startswith)", path.read_text(encoding="utf-8"))
        ]
        assert asking == []

    def test_one_leaves_for_a_reason_of_the_programme(self):
        case = make_case()
        with transaction():
            held = session().get_one(Case, case.id)
            with pytest.raises(UnknownReason):
                admitting.leave(held, "bored", by=BY, on=today())
            admitting.leave(held, "moved", by=BY, on=today())
        assert (stored(case.id).left_reason, stored(case.id).items_due) == ("moved", 0)
