from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from tests.factories.accounts import disable, make_person, make_phone, make_staff
from tests.factories.employers import employer_values, make_employer, make_member, make_uscc, owner_of, reviewer
from tests.factories.files import PNG
from webapp import files
from webapp.access import Actor, Grant, Role
from webapp.accounts import queries as people
from webapp.accounts.models import Person
from webapp.db import session, today, transaction
from webapp.employers import codes, operations, queries
from webapp.employers.models import Employer, EmployerState, Membership
from webapp.files import FileKind, StoredFile
from webapp.ledger import Entry
from webapp.notices.models import Notice
from webapp.reference.models import Parameter
from webapp.reference.queries import forget

pytestmark = pytest.mark.usefixtures("database")
REVIEWER = Actor(None, Role.REVIEWER.value, "web")


def told(event: str) -> list[dict[str, object]]:
    return [entry.payload for entry in session().scalars(select(Entry).where(Entry.event == event).order_by(Entry.id))]


def decide(employer: Employer, verb: str, *, by: Actor = REVIEWER, **more: object) -> Employer:
    with transaction():
        row = session().get_one(Employer, employer.id)
        getattr(operations, verb)(row, by=by, **more)
    return row


def change(employer: Employer, **changes: str) -> Employer:
    with transaction():
        row = session().get_one(Employer, employer.id)
        kept = {field: getattr(row, field) for field in employer_values()}
        operations.change_employer(row, kept | changes, by=Actor.SYSTEM)
    return row


def notices_of(person: Person) -> list[str]:
    return [notice.title for notice in session().scalars(select(Notice).where(Notice.person_id == person.id).order_by(Notice.id))]


def test_who_registers_an_employer_owns_it_and_it_waits() -> None:
    owner = make_person()
    employer = make_employer(owner=owner, state=EmployerState.PENDING)
    assert employer.state is EmployerState.PENDING
    assert [(membership.owner, person.id) for membership, person in queries.members(employer.id)] == [(True, owner.id)]
    assert Grant(Role.EMPLOYER_OWNER, employer_id=employer.id) in people.grants_of(owner.id)
    assert told("EmployerRegistered") == [{"employer_id": str(employer.id)}]


def test_a_wrong_check_character_is_refused_whoever_calls() -> None:
    owner = make_person()
    with pytest.raises(codes.IllegalCode), transaction():
        operations.register_employer(owner.id, **employer_values(uscc="91350100M000100Y44"), by=Actor.SYSTEM)


def test_a_code_is_registered_once_however_it_is_written() -> None:
    uscc = make_uscc()
    make_employer(uscc=uscc)
    with pytest.raises(operations.AlreadyRegistered):
        make_employer(uscc=f" {uscc.lower()} ")


def test_the_contact_is_unreadable_in_the_database() -> None:
    make_employer(contact_phone="13812345678", contact_name="张主任")
    row = session().execute(select(Employer.__table__)).one()
    stored = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert b"13812345678" not in stored
    assert "张主任".encode() not in stored


def test_a_verified_employer_is_due_again_after_the_months_of_the_parameter() -> None:
    employer = endorsed()
    employer = decide(employer, "verify_employer", by=reviewer(), on=date(2026, 8, 31))
    assert employer.state is EmployerState.VERIFIED
    assert employer.verify_again_on == date(2027, 2, 28)
    assert told("EmployerVerified") == [{"employer_id": str(employer.id)}]


def test_the_owners_are_told_and_the_members_are_not() -> None:
    employer = make_employer(state=EmployerState.PENDING)
    member = make_member(employer)
    decide(employer, "refuse_employer", reason="营业执照看不清")
    owner = owner_of(employer)
    assert notices_of(owner) == ["单位核验没有通过"]
    assert notices_of(member) == []
    assert "营业执照看不清" in session().scalars(select(Notice)).one().body


def test_a_refusal_needs_its_reason() -> None:
    with pytest.raises(operations.ReasonMissing):
        decide(make_employer(state=EmployerState.PENDING), "refuse_employer", reason="  ")


@pytest.mark.parametrize("state", [EmployerState.VERIFIED, EmployerState.REFUSED])
def test_what_is_decided_is_not_decided_again(state: EmployerState) -> None:
    employer = make_employer(state=state)
    with pytest.raises(operations.NotPending):
        decide(employer, "verify_employer")
    with pytest.raises(operations.NotPending):
        decide(employer, "refuse_employer", reason="x")


def test_nobody_verifies_the_employer_they_act_for() -> None:
    employer = make_employer(state=EmployerState.PENDING)
    near = Actor(make_member(employer, make_staff(Role.REVIEWER)).id, Role.REVIEWER.value, "web")
    with pytest.raises(operations.OwnEmployer):
        decide(employer, "verify_employer", by=near)
    with pytest.raises(operations.OwnEmployer):
        decide(employer, "refuse_employer", reason="x", by=near)


def test_the_first_reviewer_endorses_and_only_another_one_verifies() -> None:
    employer, first = make_employer(state=EmployerState.PENDING), reviewer()
    assert decide(employer, "verify_employer", by=first).state is EmployerState.PENDING
    assert told("EmployerVerified") == []
    assert told("EmployerEndorsed") == [{"employer_id": str(employer.id)}]
    with pytest.raises(operations.SecondEyes):
        decide(employer, "verify_employer", by=first)
    assert decide(employer, "verify_employer", by=reviewer()).state is EmployerState.VERIFIED


def test_one_reviewer_is_enough_where_the_place_says_so() -> None:
    employer = make_employer(state=EmployerState.PENDING)
    with transaction():
        session().execute(update(Parameter).where(Parameter.key == "employer_verify_eyes").values(value="1"))
        forget()
    assert decide(employer, "verify_employer", by=reviewer()).state is EmployerState.VERIFIED


def test_what_was_endorsed_is_endorsed_anew_when_the_name_changes() -> None:
    employer = endorsed()
    changed = change(employer, name="改了名的有限公司")
    assert (changed.endorsed_by, changed.endorsed_at) == (None, None)
    assert decide(employer, "verify_employer", by=reviewer()).state is EmployerState.PENDING


def test_the_first_reviewer_may_still_refuse() -> None:
    employer, first = make_employer(state=EmployerState.PENDING), reviewer()
    decide(employer, "verify_employer", by=first)
    refused = decide(employer, "refuse_employer", reason="查无此单位", by=first)
    assert (refused.state, refused.endorsed_by) == (EmployerState.REFUSED, None)


def test_without_a_licence_somebody_has_to_have_seen_the_papers() -> None:
    employer = make_employer(state=EmployerState.PENDING)
    with pytest.raises(operations.PapersUnseen):
        decide(employer, "verify_employer", by=reviewer(), papers_seen=False)
    add_licence(employer)
    assert decide(employer, "verify_employer", by=reviewer(), papers_seen=False).endorsed_by is not None


def test_a_licence_that_is_replaced_is_kept_as_long_as_records_are() -> None:
    employer = make_employer()
    first, second = add_licence(employer), add_licence(employer)
    assert session().get_one(StoredFile, first.id).keep_through == today() + timedelta(days=1096)
    assert [row.id for row in queries.papers(employer.id).values()] == [second.id]


def test_owners_are_reminded_of_the_next_check_once() -> None:
    employer = make_employer()
    with transaction():
        session().get_one(Employer, employer.id).verify_again_on = today() + timedelta(days=14)
    for told_now in (1, 0):
        with transaction():
            assert operations.remind_of_recheck(today(), by=Actor.SYSTEM) == told_now
    assert notices_of(owner_of(employer))[-1] == f"单位核验 {today() + timedelta(days=14)} 到期"


def endorsed(employer: Employer | None = None) -> Employer:
    employer = employer or make_employer(state=EmployerState.PENDING)
    return decide(employer, "verify_employer", by=reviewer())


def add_licence(employer: Employer) -> StoredFile:
    stored = files.lay_down(PNG, "执照.png", files.DOCUMENTS)
    with transaction():
        return operations.add_paper(employer, stored, FileKind.LICENCE, by=Actor.SYSTEM)


def test_who_left_the_employer_may_not_verify_it_either() -> None:
    employer = make_employer(state=EmployerState.PENDING)
    former = make_member(employer, make_staff(Role.REVIEWER))
    with transaction():
        membership = queries.membership_of(employer.id, former.id)
        assert membership is not None
        operations.remove_member(membership, by=Actor.SYSTEM)
    by = Actor(former.id, Role.REVIEWER.value, "web")
    with pytest.raises(operations.OwnEmployer):
        decide(endorsed(employer), "verify_employer", by=by)


@pytest.mark.parametrize(
    ("field", "value", "state"), [("name", "新名称有限公司", "pending"), ("uscc", "", "pending"), ("address", "解放路2号", "verified")]
)
def test_a_new_name_or_code_is_verified_anew_and_a_new_address_is_not(field: str, value: str, state: str) -> None:
    changed = change(make_employer(), **{field: value or make_uscc()})
    assert changed.state == state
    assert (changed.verify_again_on is None) is (state == "pending")


def test_a_refused_employer_that_corrects_anything_waits_again_at_the_end() -> None:
    employer = make_employer(state=EmployerState.REFUSED)
    later = make_employer(state=EmployerState.PENDING)
    changed = change(employer, address="解放路2号")
    assert changed.state is EmployerState.PENDING
    assert changed.decision_reason == "营业执照看不清"
    waiting = session().scalars(queries.of_region([Grant(Role.REVIEWER, region="370000")], EmployerState.PENDING)).all()
    assert [row.id for row in waiting] == [later.id, employer.id]


def test_a_waiting_employer_keeps_its_place_when_it_corrects_something() -> None:
    employer = make_employer(state=EmployerState.PENDING)
    before = employer.submitted_at
    assert change(employer, name="改了名称有限公司").submitted_at == before


def test_the_code_of_another_is_not_taken_over() -> None:
    other = make_employer()
    with pytest.raises(operations.AlreadyRegistered):
        change(make_employer(), uscc=other.uscc)


def test_a_member_is_added_by_phone_and_acts_at_once() -> None:
    employer = make_employer()
    member = make_member(employer)
    assert Grant(Role.EMPLOYER_MEMBER, employer_id=employer.id) in people.grants_of(member.id)
    assert [row.id for row in queries.of_member(member.id)] == [employer.id]


def test_adding_twice_is_adding_once_and_an_owner_stays_owner() -> None:
    employer = make_employer()
    make_member(employer, owner_of(employer))
    assert [(membership.owner, person.id) for membership, person in queries.members(employer.id)] == [(True, owner_of(employer).id)]


@pytest.mark.parametrize("known", [False, True])
def test_who_is_not_registered_or_is_disabled_cannot_be_added(*, known: bool) -> None:
    employer, phone = make_employer(), make_phone()
    if known:
        disable(make_person(phone=phone))
    with pytest.raises(operations.UnknownPerson), transaction():
        operations.add_member(session().get_one(Employer, employer.id), phone, by=Actor.SYSTEM)


def remove(employer: Employer, person: Person) -> None:
    with transaction():
        membership = queries.membership_of(employer.id, person.id)
        assert membership is not None
        operations.remove_member(membership, by=Actor.SYSTEM)


def test_a_removed_member_has_no_role_left_and_may_come_back() -> None:
    employer = make_employer()
    member = make_member(employer)
    remove(employer, member)
    assert [grant.role for grant in people.grants_of(member.id)] == [Role.SEEKER]
    assert queries.of_member(member.id) == []
    make_member(employer, member)
    assert [row.id for row in queries.of_member(member.id)] == [employer.id]
    assert len(session().scalars(select(Membership).where(Membership.person_id == member.id)).all()) == 1


def test_the_last_owner_cannot_leave_but_one_of_two_can() -> None:
    employer = make_employer()
    owner, member = owner_of(employer), make_member(employer)
    with pytest.raises(operations.LastOwner):
        remove(employer, owner)
    with transaction():
        membership = queries.membership_of(employer.id, member.id)
        assert membership is not None
        operations.make_owner(membership, by=Actor.SYSTEM)
    assert [grant.role for grant in people.grants_of(member.id)] == [Role.SEEKER, Role.EMPLOYER_OWNER]
    remove(employer, owner)
    assert [person.id for _, person in queries.members(employer.id)] == [member.id]


def test_a_reviewer_reaches_the_employers_of_their_region_and_no_other() -> None:
    near, far = make_employer(region="370102"), make_employer(region="370202")
    for region, seen in [("370000", {near.id, far.id}), ("370100", {near.id}), ("370102", {near.id}), ("370103", set()), ("370200", {far.id})]:
        grants = [Grant(Role.REVIEWER, region=region)]
        assert {row.id for row in session().scalars(queries.of_region(grants, EmployerState.VERIFIED))} == seen
        assert {row.id for row in (near, far) if queries.in_scope(row.id, grants)} == seen


@pytest.mark.parametrize("grants", [[], [Grant(Role.REVIEWER)]])
def test_without_a_region_nothing_is_reached(grants: list[Grant]) -> None:
    employer = make_employer()
    assert session().scalars(queries.of_region(grants, EmployerState.VERIFIED)).all() == []
    assert queries.in_scope(employer.id, grants) is None


def test_only_the_employer_a_grant_names_is_within_it() -> None:
    one, two = make_employer(), make_employer()
    assert queries.within(one.id, [Grant(Role.EMPLOYER_OWNER, employer_id=two.id)]) is None
    assert queries.within(one.id, [Grant(Role.EMPLOYER_OWNER)]) is None
    found = queries.within(one.id, [Grant(Role.EMPLOYER_OWNER, employer_id=one.id)])
    assert found is not None
    assert found.id == one.id


def test_those_waiting_longest_come_first() -> None:
    first, second = make_employer(state=EmployerState.PENDING), make_employer(state=EmployerState.PENDING)
    with transaction():
        session().get_one(Employer, second.id).submitted_at -= timedelta(days=1)
    waiting = session().scalars(queries.of_region([Grant(Role.REVIEWER, region="370000")], EmployerState.PENDING)).all()
    assert [row.id for row in waiting] == [second.id, first.id]
