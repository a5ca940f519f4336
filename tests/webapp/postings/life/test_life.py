from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.accounts import make_person, make_staff
from tests.factories.employers import make_employer, owner_of
from tests.factories.postings import actor_of, make_application, make_forwarded, make_posting, posting_values
from tests.webapp.pages import read
from webapp.access import Actor, Role
from webapp.db import end_reading, session, today, transaction
from webapp.notices.models import Notice
from webapp.postings import changing
from webapp.postings.life import operations, queries, viewing
from webapp.postings.life.models import PostingView
from webapp.postings.models import Posting, PostingState
from webapp.postings.operations import IllegalMove, Incomplete, withdraw
from webapp.postings.queries import employer_of
from webapp.postings.reviewing import operations as reviewing
from webapp.reference.models import Parameter
from webapp.reference.queries import forget

pytestmark = pytest.mark.usefixtures("database")


def of(posting: Posting) -> Posting:
    end_reading()
    return session().get_one(Posting, posting.id)


def owner(posting: Posting) -> Actor:
    return actor_of(owner_of(employer_of(posting)), Role.EMPLOYER_OWNER)


def change(posting: Posting, **columns: object) -> None:
    with transaction():
        row = session().get_one(Posting, posting.id)
        for name, value in columns.items():
            setattr(row, name, value)


def titles() -> list[str]:
    end_reading()
    return list(session().scalars(select(Notice.title).order_by(Notice.id)))


def do(verb: object, posting: Posting, *more: object, **named: object) -> object:
    with transaction():
        return verb(session().get_one(Posting, posting.id), *more, by=owner(posting), **named)


def remind() -> int:
    return operations.remind(today(), lambda: None)


def test_a_prolonged_posting_is_open_longer_without_a_review() -> None:
    posting = make_posting()
    do(operations.prolong, posting, today() + timedelta(days=90))
    row = of(posting)
    assert (row.state, row.valid_through, row.confirmed_on) == (PostingState.OPEN, today() + timedelta(days=90), today())


@pytest.mark.parametrize("days", [-1, 91])
def test_a_day_that_may_not_be_prolongs_nothing(days: int) -> None:
    posting = make_posting()
    with pytest.raises(Incomplete):
        do(operations.prolong, posting, today() + timedelta(days=days))
    assert of(posting).valid_through == posting.valid_through


@pytest.mark.parametrize("state", [PostingState.DRAFT, PostingState.FILLED, PostingState.EXPIRED, PostingState.TAKEN_DOWN])
def test_what_is_not_open_is_not_prolonged(state: PostingState) -> None:
    with pytest.raises(IllegalMove):
        do(operations.prolong, make_posting(state=state), today() + timedelta(days=10))


def ends(posting: Posting, days: int) -> list[str]:
    change(posting, valid_through=today() + timedelta(days=days))
    before = len(titles())
    remind()
    return titles()[before:]


def test_its_employer_hears_some_days_and_one_day_before_the_end_and_once_each() -> None:
    posting = make_posting(title="甲")
    assert ends(posting, 8) == []
    assert ends(posting, 7) == ["岗位“甲”7 天后到期"]
    assert (remind(), remind()) == (0, 0)
    assert ends(make_posting(title="乙"), 1) == ["岗位“乙”明天到期"]


def test_a_night_that_was_missed_is_made_up_for() -> None:
    assert ends(make_posting(title="甲"), 5) == ["岗位“甲”5 天后到期"]
    assert ends(make_posting(title="乙"), 0) == ["岗位“乙”今天到期"]
    late = make_posting(title="丙", state=PostingState.EXPIRED)
    assert ends(late, -4) == ["岗位“丙”已到期，招到人了吗？"]
    assert ends(make_posting(title="丁", state=PostingState.EXPIRED), -40) == []


def test_whoever_filled_it_is_asked_too_unless_they_have_said() -> None:
    asked, said = make_posting(title="甲", state=PostingState.FILLED), make_posting(title="乙", state=PostingState.FILLED)
    do(operations.answer_outcome, said, hired=3, hired_here=2)
    assert remind() == 1
    assert titles()[-1] == f"岗位“{asked.title}”已招满，招到人了吗？"
    assert remind() == 0


def test_a_change_does_not_take_a_prolongation_back() -> None:
    posting = make_posting()
    until = today() + timedelta(days=80)
    with transaction():
        change_ = changing.propose(session().get_one(Posting, posting.id), posting_values(headcount=9), by=owner(posting))
        session().flush()
        changing.submit(session().get_one(Posting, posting.id), change_, by=owner(posting), on=today())
    do(operations.prolong, posting, until)
    with transaction():
        row = session().get_one(Posting, posting.id)
        changing.approve(row, reviewing.live_change(row), by=actor_of(make_staff(Role.REVIEWER), Role.REVIEWER))
    assert (of(posting).headcount, of(posting).valid_through) == (9, until)


def test_many_readers_of_one_posting_are_all_counted() -> None:
    posting = make_posting()
    viewing.gatherer.forget()
    for reader in range(2500):
        viewing.note(posting.id, str(reader))
    viewing.gatherer.keep()
    assert queries.views_of([posting]) == {posting.id: 2500}


def test_whoever_let_it_expire_is_asked_what_came_of_it() -> None:
    posting = make_posting(state=PostingState.EXPIRED)
    remind()
    assert titles()[-1] == f"岗位“{posting.title}”已到期，招到人了吗？"


def test_what_nobody_confirmed_for_so_long_is_asked_about_and_then_ended() -> None:
    asked, ended, confirmed = make_posting(title="问"), make_posting(title="完"), make_posting(title="真")
    with transaction():
        forwarded = make_forwarded(valid_from=today() - timedelta(days=200))
    change(asked, confirmed_on=today() - timedelta(days=45))
    change(ended, confirmed_on=today() - timedelta(days=200))
    change(confirmed, confirmed_on=today() - timedelta(days=200))
    do(operations.confirm, confirmed)
    assert operations.close_stale(today(), lambda: None, by=Actor.SYSTEM) == 0, "nothing ends unasked"
    with transaction():
        for notice in session().scalars(select(Notice).where(Notice.title.contains("“完”"))):
            notice.created_at -= timedelta(days=7)
    assert operations.close_stale(today(), lambda: None, by=Actor.SYSTEM) == 1
    assert [of(row).state for row in (asked, ended, confirmed, forwarded)] == [
        PostingState.OPEN,
        PostingState.EXPIRED,
        PostingState.OPEN,
        PostingState.OPEN,
    ]
    assert [title for title in titles() if "还在招吗" in title or "自动结束" in title] == [
        "岗位“问”还在招吗？",
        "岗位“完”还在招吗？",
        "岗位“完”很久没有确认，已自动结束",
    ]


def test_a_flood_pauses_the_posting_and_says_so() -> None:
    with transaction():
        for key, value in (("posting_flood_least", "2"), ("posting_flood_per_head", "1")):
            session().scalars(select(Parameter).where(Parameter.key == key)).one().value = value
        forget()
    posting = make_posting(headcount=3)
    for number in range(3):
        make_application(posting, make_person(name="钱"))
        with transaction():
            assert operations.close_when_flooded(posting.id, by=Actor.SYSTEM) is (number == 2)
    assert of(posting).state is PostingState.PAUSED
    assert "已暂停接收" in titles()[-1]


def test_what_came_of_it_is_said_when_it_is_over_and_adds_up() -> None:
    posting = make_posting()
    with pytest.raises(operations.NotOver):
        do(operations.answer_outcome, posting, hired=1, hired_here=1)
    filled = make_posting(state=PostingState.FILLED)
    with pytest.raises(operations.MoreThanAll):
        do(operations.answer_outcome, filled, hired=1, hired_here=2)
    do(operations.answer_outcome, filled, hired=3, hired_here=2)
    do(operations.answer_outcome, filled, hired=4, hired_here=2)
    outcome = queries.outcome_of(of(filled))
    assert outcome is not None
    assert (outcome.hired, outcome.hired_here) == (4, 2)


def test_one_visitor_counts_once_and_days_are_added_up() -> None:
    posting = make_posting()
    for reader in ("a", "b", "a"):
        viewing.note(posting.id, reader)
    assert viewing.gatherer.keep() == 1
    viewing.gatherer.forget()
    viewing.note(posting.id, "a")
    viewing.gatherer.keep()
    assert session().scalars(select(PostingView.views)).all() == [3]
    assert queries.views_of([posting]) == {posting.id: 3}
    assert [(day.on, day.views) for day in queries.days_of(posting)] == [(today(), 3)]


def test_an_owner_prolongs_confirms_and_uses_templates_on_the_pages(client, sign_in) -> None:
    posting = make_posting()
    sign_in(client, owner_of(employer_of(posting)))
    address = f"/employer/postings/{posting.id}"
    assert "延长有效期" in read(client.get(f"{address}/life")).text
    wrong = read(client.post(f"{address}/prolong", data={"until": "2020-01-01"}))
    assert wrong.errors and "2020-01-01" in wrong.fields["until"]
    until = today() + timedelta(days=60)
    assert client.post(f"{address}/prolong", data={"until": f"{until}"}).status_code == 303
    assert of(posting).valid_through == until
    assert client.post(f"{address}/confirm").status_code == 303
    assert client.post(f"{address}/template", data={"name": "焊工模板"}).location == "/employer/templates"
    assert "同名" in read(client.post(f"{address}/template", data={"name": "焊工模板"})).errors[0]
    page = read(client.get("/employer/templates"))
    assert "焊工模板" in page.text
    use = next(action for action in page.actions if action.endswith("/use"))
    draft = read(client.get(client.post(use).location))
    assert (draft.fields["title"], draft.fields["valid_through"]) == (posting.title, "")
    client.post(use.replace("/use", "/remove"))
    assert "焊工模板" not in read(client.get("/employer/templates")).text


def test_what_came_of_it_is_told_on_the_page(client, sign_in) -> None:
    posting = make_posting(state=PostingState.FILLED)
    sign_in(client, owner_of(employer_of(posting)))
    address = f"/employer/postings/{posting.id}/outcome"
    assert "不能多于" in read(client.post(address, data={"hired": "1", "hired_here": "5"})).errors[0]
    assert client.post(address, data={"hired": "5", "hired_here": "1"}).status_code == 303
    assert "招到 5 人，其中通过本平台 1 人" in read(client.get(f"/employer/postings/{posting.id}/life")).text


def test_a_paused_posting_is_opened_again_and_not_said_to_go_on(client, sign_in) -> None:
    posting = make_posting(state=PostingState.PAUSED)
    sign_in(client, owner_of(employer_of(posting)))
    page = read(client.get(f"/employer/postings/{posting.id}/life"))
    assert "招聘已暂停" in page.text and "恢复招聘" in page.text and "还在招" not in page.text
    assert page.links["答复应聘的人"] == f"/employer/postings/{posting.id}/applications"


def test_a_posting_that_ended_asks_for_its_outcome_until_it_is_told(client, sign_in) -> None:
    posting, draft = make_posting(state=PostingState.FILLED), make_posting(state=PostingState.DRAFT)
    sign_in(client, owner_of(employer_of(posting)))
    address = f"/employer/postings/{posting.id}"
    assert read(client.get(address)).links["填写招聘结果"] == f"{address}/life#outcome"
    client.post(f"{address}/outcome", data={"hired": "0", "hired_here": "0"})
    assert "填写招聘结果" not in read(client.get(address)).links
    do(withdraw, draft)
    sign_in(client, owner_of(employer_of(draft)))
    assert "填写招聘结果" not in read(client.get(f"/employer/postings/{draft.id}")).links


def test_another_employer_finds_neither_posting_nor_template(client, sign_in) -> None:
    posting = make_posting()
    with transaction():
        template = operations.save_template(session().get_one(Posting, posting.id), "我的", by=owner(posting))
    sign_in(client, owner_of(make_employer(name="青岛的有限公司")))
    assert client.get(f"/employer/postings/{posting.id}/life").status_code == 404
    for verb in ("prolong", "confirm", "outcome", "template"):
        assert client.post(f"/employer/postings/{posting.id}/{verb}", data={"until": "2026-12-31", "name": "x"}).status_code == 404
    for verb in ("use", "remove"):
        assert client.post(f"/employer/templates/{template.id}/{verb}").status_code == 404
    assert "我的" not in read(client.get("/employer/templates")).text
