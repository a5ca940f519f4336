"""Who sees which outlet, and what is done on its pages: another area's staff, another employer, nobody's key."""

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.accounts import make_staff
from tests.factories.employers import make_employer, owner_of
from tests.factories.outlets import make_outlet, make_publication, make_pull_key, outlet_now
from tests.factories.postings import make_posting
from tests.webapp.conftest import SignIn
from tests.webapp.outlets.support import cycle, said, words
from tests.webapp.pages import read
from webapp.access import Actor, Role
from webapp.db import now, reading, session, transaction
from webapp.ledger import Entry
from webapp.outlets import operations, planning, publishing, queries, sending
from webapp.outlets.models import Dispatch, Outlet, OutletState, Publication, Rhythm, Run, Way
from webapp.outlets.replies import Word
from webapp.outlets.selection import Selection
from webapp.postings.models import Posting, PostingState

FORM = {
    "name": "泉城人力网",
    "slug": "quancheng",
    "kind": "partner",
    "region": "370100",
    "way": "pull",
    "rhythm": "continuous",
    "format": "jsonl",
}


@pytest.fixture
def admin(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, make_staff(Role.SYSTEM_ADMIN, "370100"))
    return client


def refuse(dispatch: Dispatch, reason: str = "名称里有禁用词") -> None:
    with transaction():
        kept = session().get_one(Dispatch, dispatch.id)
        sending.hear(kept, Word(kept.posting_id, kept.number, is_taken=False, text=reason))


def named(slug: str) -> Outlet | None:
    with reading():
        return queries.outlet_named(slug)


def events() -> list[str]:
    with reading() as one:
        return [name for name in one.scalars(select(Entry.event).order_by(Entry.id)) if name.startswith(("Outlet", "Dispatch", "Publication"))]


class TestKeeping:
    def test_an_outlet_is_added_with_what_it_takes(self, admin: FlaskClient) -> None:
        answer = admin.post("/outlets/new", data=FORM | {"place": "370102", "employment_types": ["full_time", "part_time"], "direct_only": "y"})
        assert answer.status_code == 303
        made = named("quancheng")
        assert made is not None
        assert made.selection == Selection("370102", (), ("full_time", "part_time"), direct_only=True)
        assert (made.way, made.address, made.secret_sealed, made.key_index) == (Way.PULL, "", None, None)
        assert events() == ["OutletAdded"]

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"name": ""}, "请填写渠道名称"),
            ({"slug": "Quan Cheng"}, "英文名用小写字母开头"),
            ({"slug": "plans"}, "英文名用小写字母开头"),
            ({"slug": "taken"}, "已有渠道在用"),
            ({"region": ""}, "请选择所属地区"),
            ({"region": "370200"}, "请在列表中选择所属地区"),
            ({"region": "370102", "place": "370103"}, "岗位范围要在渠道所属的地区以内"),
            ({"way": ""}, "请选择发布方式"),
            ({"way": "push"}, "接口地址"),
            ({"way": "push", "address": "https://user:pw@x.example/"}, "不要写用户名和密码"),
            ({"way": "push", "address": "http://x.example/"}, "必须以 https:// 开头"),
            ({"way": "push", "address": "https://x.example/", "secret": "密钥一"}, "不能有空格和汉字"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, admin: FlaskClient, change: dict[str, str], says: str) -> None:
        make_outlet("taken")
        answer = admin.post("/outlets/new", data=FORM | change)
        page = read(answer)
        assert answer.status_code == 200 and any(says in error for error in page.errors), page.errors
        assert page.fields["name"] == (FORM | change)["name"] and page.fields["slug"] == (FORM | change)["slug"]
        assert named("quancheng") is None

    def test_the_key_we_were_given_is_sealed_and_never_shown(self, admin: FlaskClient, settings) -> None:
        admin.post("/outlets/new", data=FORM | {"way": "push", "address": "https://jobs.example.com/in", "secret": "their-very-own-key"})
        made = named("quancheng")
        assert made is not None and made.secret == "their-very-own-key"
        pages = admin.get(f"/outlets/{made.id}").text + admin.get(f"/outlets/{made.id}/edit").text
        held = b"".join(path.read_bytes() for path in settings.var.glob("zhilu.db*"))
        assert "their-very-own-key" not in pages and b"their-very-own-key" not in held
        admin.post(f"/outlets/{made.id}/edit", data=FORM | {"way": "push", "address": "https://jobs.example.com/new"})
        kept = outlet_now(made.id)
        assert (kept.address, kept.secret) == ("https://jobs.example.com/new", "their-very-own-key"), "an empty box keeps it"

    def test_a_key_is_shown_in_one_answer_and_stands_on_no_other_page(self, admin: FlaskClient) -> None:
        outlet = make_outlet("quancheng", way=Way.PULL)
        shown = admin.post(f"/outlets/{outlet.id}/key").text
        key = shown.split('<code class="text-break">')[1].split("</code>")[0]
        assert outlet_now(outlet.id).key_index == operations.index_of(key)
        assert key not in admin.get(f"/outlets/{outlet.id}").text
        assert events()[-1] == "OutletKeyMade"

    def test_a_page_of_ours_has_no_key(self, admin: FlaskClient) -> None:
        outlet = make_outlet("screen", way=Way.SHOW)
        assert "不用密钥" in admin.post(f"/outlets/{outlet.id}/key").text
        assert outlet_now(outlet.id).key_index is None

    def test_the_way_of_one_that_was_published_to_stays(self, admin: FlaskClient) -> None:
        outlet = make_outlet("quancheng")
        make_posting()
        cycle()
        page = read(admin.post(f"/outlets/{outlet.id}/edit", data=FORM | {"way": "pull"}))
        assert any("不能改发布方式" in error for error in page.errors)

    def test_what_it_takes_no_more_is_removed_there(self, admin: FlaskClient) -> None:
        outlet, posting = make_outlet("quancheng"), make_posting()
        cycle()
        admin.post(f"/outlets/{outlet.id}/edit", data=FORM | {"way": "drop", "place": "370103"})
        cycle()
        assert said(outlet, posting) == [("publish", "sent"), ("remove", "sent")]

    def test_suspended_and_resumed(self, admin: FlaskClient) -> None:
        outlet = make_outlet("quancheng")
        for verb, state in (("suspend", OutletState.SUSPENDED), ("suspend", OutletState.SUSPENDED), ("resume", OutletState.ACTIVE)):
            assert admin.post(f"/outlets/{outlet.id}/{verb}").status_code == 303
            assert outlet_now(outlet.id).state is state
        assert events() == ["OutletAdded", "OutletSuspended", "OutletResumed"]


class TestFailing:
    @pytest.fixture
    def refused(self, app: Flask) -> Dispatch:
        outlet = make_outlet("province")
        make_posting()
        cycle()
        (word,) = words(outlet)
        refuse(word)
        return word

    def test_what_failed_is_listed_with_its_reason_and_told_anew(self, admin: FlaskClient, refused: Dispatch) -> None:
        page = admin.get("/outlets/items").text
        assert "名称里有禁用词" in page and "电焊工" in page
        answer = admin.post(f"/outlets/items/{refused.id}/retry", data={"back": "/outlets/items?group=troubled"})
        assert (answer.status_code, answer.location) == (303, "/outlets/items?group=troubled")
        outlet = outlet_now(refused.outlet_id)
        assert said(outlet) == [("publish", "superseded"), ("publish", "due")]
        cycle()
        assert said(outlet)[-1] == ("publish", "sent")
        assert "DispatchRetried" in events()

    def test_a_way_back_leads_nowhere_else(self, admin: FlaskClient, refused: Dispatch) -> None:
        answer = admin.post(f"/outlets/items/{refused.id}/retry", data={"back": "//elsewhere.example/"})
        assert answer.location == "/outlets/items"

    def test_a_posting_that_closed_meanwhile_is_removed_instead(self, admin: FlaskClient, refused: Dispatch) -> None:
        with transaction():
            posting = session().get_one(Posting, refused.posting_id)
            posting.region = "370202"
        admin.post(f"/outlets/items/{refused.id}/retry")
        assert said(outlet_now(refused.outlet_id))[-1] == ("remove", "due")

    def test_giving_up_needs_a_reason_that_stays(self, admin: FlaskClient, refused: Dispatch) -> None:
        page = read(admin.post(f"/outlets/items/{refused.id}/give-up", data={"reason": " "}))
        assert page.errors
        assert admin.post(f"/outlets/items/{refused.id}/give-up", data={"reason": "省平台来电说不收"}).status_code == 303
        (word,) = words(outlet_now(refused.outlet_id))
        assert (word.state.value, word.given_up_reason, word.given_up_by is not None) == ("given_up", "省平台来电说不收", True)
        assert "省平台来电说不收" in admin.get("/outlets/items?group=given_up").text
        cycle()
        assert len(words(outlet_now(refused.outlet_id))) == 1, "what was given up is not told again by itself"

    def test_what_has_an_answer_already_is_left_alone(self, admin: FlaskClient, refused: Dispatch) -> None:
        admin.post(f"/outlets/items/{refused.id}/retry")
        answer = admin.post(f"/outlets/items/{refused.id}/give-up", data={"reason": "x"}, follow_redirects=True)
        assert "已经有了结果" in answer.text
        assert said(outlet_now(refused.outlet_id)) == [("publish", "superseded"), ("publish", "due")]

    def test_all_of_an_outlet_are_told_anew(self, admin: FlaskClient, refused: Dispatch) -> None:
        other = make_outlet("other")
        cycle()
        refuse(words(other)[0])
        assert "1 个已重新排队" in admin.post(f"/outlets/{other.id}/retry", follow_redirects=True).text
        assert said(other)[-1] == ("publish", "due") and said(outlet_now(refused.outlet_id)) == [("publish", "refused")]

    def test_every_figure_opens_exactly_its_rows(self, admin: FlaskClient, refused: Dispatch) -> None:
        outlet = outlet_now(refused.outlet_id)
        make_posting(title="保洁员")
        cycle()
        with reading():
            health = queries.health_of([outlet])[outlet.id]
        for group, count in (("troubled", health.troubled), ("unanswered", health.unanswered), ("published", health.published), ("waiting", 0)):
            page = read(admin.get(f"/outlets/items?group={group}&outlet={outlet.id}"))
            assert f"共 {count} 个" in page.text, group
        assert (health.troubled, health.unanswered, health.published) == (1, 1, 1)


class TestAnotherArea:
    @pytest.fixture
    def rows(self, app: Flask) -> dict[str, UUID]:
        outlet = make_outlet("jinan", rhythm=Rhythm.PLANNED)
        publication = make_publication(outlet)
        make_posting()
        with transaction():
            publishing.carry_out(publication.id, publication.next_at)
        (word,) = words(outlet)
        with transaction():
            kept = session().get_one(Dispatch, word.id)
            sending.hear(kept, Word(kept.posting_id, kept.number, is_taken=False, text="只在济南"))
            run = session().query(Run).one()
        return {"outlet": outlet.id, "item": word.id, "plan": publication.id, "run": run.id, "posting": word.posting_id}

    @pytest.mark.parametrize("role", [Role.REVIEWER, Role.OFFICER, Role.LEADER, Role.SYSTEM_ADMIN])
    @pytest.mark.parametrize("region", ["370200", "370103"])
    def test_staff_of_another_area_find_nothing(self, client: FlaskClient, sign_in: SignIn, rows: dict[str, UUID], role: Role, region: str) -> None:
        sign_in(client, make_staff(role, region))
        assert "济南交换文件夹" not in client.get("/outlets").text + client.get("/outlets/plans").text
        for group in ("troubled", "receipted", "published", "waiting"):
            page = read(client.get(f"/outlets/items?group={group}"))
            assert "共 0 个" in page.text and "只在济南" not in page.text and "需要处理1" not in page.text.replace(" ", "")
        for path in (
            f"/outlets/{rows['outlet']}",
            f"/outlets/items?outlet={rows['outlet']}",
            f"/outlets/plans/{rows['plan']}",
            f"/outlets/runs/{rows['run']}",
            "/outlets/items?outlet=nonsense",
        ):
            assert client.get(path).status_code == 404, path
        if region == "370200":
            assert client.get(f"/outlets/posting/{rows['posting']}").status_code == 404

    def test_an_administrator_of_another_area_changes_nothing(self, client: FlaskClient, sign_in: SignIn, rows: dict[str, UUID]) -> None:
        sign_in(client, make_staff(Role.SYSTEM_ADMIN, "370200"))
        before = outlet_now(rows["outlet"]), said(outlet_now(rows["outlet"]))
        for path in (
            *(f"/outlets/{rows['outlet']}/{verb}" for verb in ("edit", "suspend", "resume", "key", "retry")),
            *(f"/outlets/items/{rows['item']}/{verb}" for verb in ("retry", "give-up")),
            *(f"/outlets/plans/{rows['plan']}/{verb}" for verb in ("edit", "stop", "resume")),
        ):
            assert client.post(path, data=FORM | {"reason": "x", "at": "09:00"}).status_code == 404, path
        after = outlet_now(rows["outlet"])
        assert (after.name, after.state, after.key_index, said(after)) == (before[0].name, before[0].state, before[0].key_index, before[1])

    def test_a_county_sees_its_own_outlet_and_not_its_citys(self, client: FlaskClient, sign_in: SignIn, rows: dict[str, UUID]) -> None:
        make_outlet("lixia", name="历下区零工市场", region="370102", way=Way.SHOW)
        sign_in(client, make_staff(Role.OFFICER, "370102"))
        page = client.get("/outlets").text
        assert "历下区零工市场" in page and "济南交换文件夹" not in page

    def test_a_plan_takes_no_outlet_of_another_area(self, client: FlaskClient, sign_in: SignIn, rows: dict[str, UUID]) -> None:
        mine = make_outlet("qingdao", region="370200")
        sign_in(client, make_staff(Role.SYSTEM_ADMIN, "370200"))
        plan = {"title": "早市", "region": "370200", "at": "9:00", "every_hours": "0", "at_most": "5"}
        answer = client.post("/outlets/plans/new", data=plan | {"outlets": [str(mine.id), str(rows["outlet"])]})
        assert answer.status_code == 200
        assert client.post("/outlets/plans/new", data=plan | {"outlets": [str(mine.id)]}).status_code == 303
        with reading() as one:
            made = one.query(Publication).filter(Publication.region == "370200").one()
            assert [outlet.id for outlet in planning.outlets_of(made.id)] == [mine.id]


class TestOnePosting:
    def test_its_employer_sees_where_it_is_and_another_does_not(self, client: FlaskClient, sign_in: SignIn) -> None:
        employer = make_employer()
        posting = make_posting(employer=employer)
        outlet = make_outlet("province", name="省公共招聘网")
        cycle()
        refuse(words(outlet)[0], "单位名称与执照不符")
        sign_in(client, owner_of(employer))
        page = client.get(f"/outlets/posting/{posting.id}").text
        assert "省公共招聘网" in page and "单位名称与执照不符" in page
        assert f"/outlets/posting/{posting.id}" in client.get(f"/employer/postings/{posting.id}").text
        sign_in(client, owner_of(make_employer(name="青岛丙丁食品有限公司")))
        assert client.get(f"/outlets/posting/{posting.id}").status_code == 404

    def test_nobody_else_is_told(self, client: FlaskClient, sign_in: SignIn) -> None:
        posting = make_posting()
        assert client.get(f"/outlets/posting/{posting.id}").status_code == 303
        for role in (Role.CASEWORKER, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
            sign_in(client, make_staff(role, "370100"))
            assert client.get(f"/outlets/posting/{posting.id}").status_code == 404

    def test_a_draft_is_its_employers_alone(self, client: FlaskClient, sign_in: SignIn) -> None:
        posting = make_posting(state=PostingState.DRAFT)
        sign_in(client, make_staff(Role.REVIEWER, "370100"))
        assert client.get(f"/outlets/posting/{posting.id}").status_code == 404


class TestPublicPage:
    @pytest.fixture
    def screen(self, app: Flask) -> Outlet:
        return make_outlet("market", name="历下区零工市场", way=Way.SHOW)

    def test_it_shows_what_is_open_now_and_words_to_paste(self, client: FlaskClient, screen: Outlet) -> None:
        make_posting()
        cycle()
        page = read(client.get("/outlets/market"))
        assert page.h1 == "历下区零工市场" and "电焊工" in page.text
        assert "1. 电焊工" in next(iter(node.text or "" for node in page.all("textarea")))
        answer = client.get("/outlets/market/screen")
        assert answer.headers["Refresh"] == "300" and "电焊工" in answer.text

    def test_an_empty_page_leads_on(self, client: FlaskClient, screen: Outlet) -> None:
        assert "看全部岗位" in read(client.get("/outlets/market")).links

    def test_one_that_is_suspended_or_no_page_of_ours_is_not_there(self, client: FlaskClient, screen: Outlet) -> None:
        make_outlet("folder")
        with transaction():
            operations.suspend(session().get_one(Outlet, screen.id), by=Actor.SYSTEM)
        for slug in ("market", "folder", "nobody", "x" * 500):
            assert client.get(f"/outlets/{slug}").status_code == 404
            assert client.get(f"/outlets/{slug}/screen").status_code == 404


class TestPlans:
    def test_a_plan_is_made_changed_stopped_and_resumed(self, admin: FlaskClient) -> None:
        outlet = make_outlet("market", way=Way.SHOW, rhythm=Rhythm.PLANNED)
        form = {"title": "早市岗位", "region": "370100", "outlets": [str(outlet.id)], "weekdays": ["1", "3"], "at": "6:30", "every_hours": "0"}
        answer = admin.post("/outlets/plans/new", data=form | {"at_most": "20"})
        assert answer.status_code == 303
        page = admin.get(answer.location).text
        assert "每周一、三 06:30" in page and "还没有执行过" in page
        assert (
            admin.post(f"{answer.location}/edit", data=form | {"at": "7:00", "weekdays": [], "every_hours": "4", "at_most": "20"}).status_code == 303
        )
        assert "每天 07:00 起每 4 小时" in admin.get(answer.location).text
        fields = read(admin.get(f"{answer.location}/edit")).fields
        assert (fields["title"], fields["at"], fields["at_most"]) == ("早市岗位", "07:00", "20")
        for verb, word in (("stop", "已停止"), ("resume", "已恢复")):
            assert word in admin.post(f"{answer.location}/{verb}", follow_redirects=True).text

    def test_without_an_outlet_there_is_nothing_to_plan(self, admin: FlaskClient) -> None:
        assert "先建立一个发布渠道" in admin.get("/outlets/plans/new").text

    def test_the_log_says_planned_and_actual(self, admin: FlaskClient) -> None:
        outlet = make_outlet("market", way=Way.SHOW, rhythm=Rhythm.PLANNED)
        publication = make_publication(outlet)
        make_posting()
        with transaction():
            row = session().get_one(Publication, publication.id)
            row.next_at = row.timing.last_due(now())
            publishing.carry_out(row.id, now())
        page = read(admin.get(f"/outlets/plans/{publication.id}"))
        assert "09:00" in page.text and "历下区" not in page.text
        with reading() as one:
            run = one.query(Run).one()
        assert "本平台页面已更新" in admin.get(f"/outlets/runs/{run.id}").text
        assert (run.planned, run.planned_at <= run.began_at) == (1, True)


def test_a_pull_key_of_nobody_opens_no_page(client: FlaskClient) -> None:
    outlet = make_outlet("quancheng", way=Way.PULL)
    key = make_pull_key(outlet)
    answer = client.get(f"/outlets/{outlet.id}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 303, "a machine's key is no sign-in"
