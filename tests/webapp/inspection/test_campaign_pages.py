import hashlib
import re
from datetime import timedelta

import pytest

from tests.factories.accounts import make_person, make_staff
from tests.factories.employers import make_employer
from tests.factories.inspection import checks_in, inspecting, judge, make_campaign, make_draw, make_inspector, stored
from tests.factories.postings import make_forwarded, make_posting
from tests.webapp.pages import read
from tests.webapp.pages import words as words_of
from webapp.access import Actor, Role
from webapp.accounts.models import Person
from webapp.db import session, today, transaction
from webapp.inspection.models import Campaign, CampaignState, Check, Effect, Verdict
from webapp.inspection.operations import campaigns, checks
from webapp.ledger import Entry
from webapp.postings import operations as postings
from webapp.postings.models import Posting, PostingState

FORM = {"title": "十一月抽查", "region": "370100", "rate": "50", "due_on": f"{today() + timedelta(days=5)}"}


@pytest.fixture
def planner() -> Person:
    return make_inspector()


def published(planner: Person) -> Campaign:
    make_posting()
    make_forwarded(region="370103")
    campaign, drawn = make_draw(planner)
    for check in drawn:
        judge(check, Verdict.VALID if check.region == "370102" else Verdict.FALSE)
    with transaction():
        kept = session().get_one(Campaign, campaign.id)
        campaigns.finish(kept, by=inspecting(planner))
        campaigns.publish(kept, by=inspecting(planner))
    return campaign


def test_a_campaign_goes_from_its_population_to_the_published_result(client, sign_in, planner):
    for number in range(5):
        make_forwarded(source_key=f"{number}")
    sign_in(client, planner)
    page = read(client.get("/inspection/campaigns"))
    assert "济南市本月还没有开展岗位抽查" in page.text and "建议抽查 5%" in page.text
    asked = read(client.get(page.links["按建议新建"])).fields
    assert (asked["region"], asked["rate"], asked["due_on"]) == ("370100", "5", f"{today() + timedelta(days=15)}")
    made = client.post("/inspection/campaigns/new", data=FORM)
    page = read(client.get(made.location))
    assert "共 5 个" in page.text and "样本 3 个" in page.text and "还没有抽取" in page.text
    campaign = stored_campaign()
    other = make_inspector(name="吴监察")
    drawn = client.post(f"{made.location}/draw", data={"seed": "20261128", "roster": [str(planner.id), str(other.id)]})
    assert drawn.location == made.location
    page = read(client.get(made.location))
    assert re.search(r"20261128-\d{16}", page.text) and "周监察" in page.text
    assert "本月还没有" not in read(client.get("/inspection/campaigns")).text
    assert "一致" in read(client.get(f"{made.location}/redraw")).text
    refused = client.post(f"{made.location}/finish")
    assert "还有岗位没有查完" in "".join(read(client.get(refused.location)).tree.itertext())
    for check in checks_in(campaign):
        judge(check, Verdict.VALID)
    client.post(f"{made.location}/finish")
    client.post(f"{made.location}/publish")
    public = read(client.get(f"/spot-checks/{campaign.id}"))
    assert "95% 置信区间 66.1%–100.0%" in public.text, "3 of 5: as sure as 7.5 of an endless population"


def stored_campaign() -> Campaign:
    with transaction():
        return session().query(Campaign).one()


def test_what_was_typed_wrongly_stays_and_says_what_to_do(client, sign_in, planner):
    sign_in(client, planner)
    page = read(client.post("/inspection/campaigns/new", data=FORM | {"rate": "百分之五", "due_on": "2020-01-01", "open_days": "-3"}))
    assert page.fields["rate"] == "百分之五" and page.fields["title"] == "十一月抽查"
    assert any("抽查比例要写成数字" in error for error in page.errors)
    assert any("完成期限已经过去" in error for error in page.errors)
    assert any("天数在 0 到 365 之间" in error for error in page.errors)
    page = read(client.post("/inspection/campaigns/new", data=FORM))
    assert any("没有招聘中的岗位" in error for error in page.errors), page.errors
    assert any("选择地区" in error for error in read(client.post("/inspection/campaigns/new", data=FORM | {"region": "370200"})).errors)


def test_a_bad_seed_or_an_empty_roster_is_refused_on_the_page(client, sign_in, planner):
    make_forwarded()
    campaign, both = make_campaign(planner), [str(planner.id), str(make_inspector().id)]
    sign_in(client, planner)
    page = read(client.post(f"/inspection/campaigns/{campaign.id}/draw", data={"seed": "短", "roster": both}))
    assert page.fields["seed"] == "短" and any("种子是 6 到 40 位" in error for error in page.errors)
    page = read(client.post(f"/inspection/campaigns/{campaign.id}/draw", data={"seed": "12345678"}))
    assert any("请选择检查人员" in error for error in page.errors)
    page = read(client.post(f"/inspection/campaigns/{campaign.id}/draw", data={"seed": "12345678", "roster": both[:1]}))
    assert any("至少选 2 名" in error for error in page.errors) and page.fields["seed"] == "12345678"
    stranger = make_inspector("370200")
    page = read(client.post(f"/inspection/campaigns/{campaign.id}/draw", data={"roster": str(stranger.id)}))
    assert any("名单刚刚有变化" in error for error in page.errors)
    assert stored(Campaign, campaign.id).state is CampaignState.PREPARED


def test_the_population_file_has_the_digest_of_the_page(client, sign_in, planner):
    campaign = published(planner)
    page = read(client.get(f"/spot-checks/{campaign.id}"))
    file = client.get(f"/spot-checks/{campaign.id}/population.txt")
    assert hashlib.sha256(file.data).hexdigest() in page.text
    assert len(file.data.decode().splitlines()) == 2


def test_the_public_page_names_no_employer_and_no_inspector_and_stands_for_everybody(client, planner):
    campaign = published(planner)
    page = read(client.get(f"/spot-checks/{campaign.id}"))
    assert [name for name in ("周监察", "济南洁净物业有限公司", "济南甲乙机械有限公司", str(planner.id)) if name in page.text] == []
    assert "种子" in page.text and "20261128" in page.text and "Wilson" in page.text
    assert f"/spot-checks/{campaign.id}" in read(client.get("/spot-checks")).links.values()


def test_an_unpublished_result_is_found_by_nobody_outside(client, sign_in, planner):
    make_posting()
    campaign, _ = make_draw(planner)
    for path in ("", "/population.txt"):
        assert client.get(f"/spot-checks/{campaign.id}{path}").status_code == 404
    assert "还没有公布过抽查结果" in read(client.get("/spot-checks")).text


def test_another_districts_planner_finds_nothing_of_a_campaign(client, sign_in, planner):
    make_posting()
    campaign, (check,) = make_draw(planner)
    base = f"/inspection/campaigns/{campaign.id}"
    for other in (make_inspector("370200"), make_inspector("370102")):
        sign_in(client, other)
        assert "还没有开展过抽查" in read(client.get("/inspection/campaigns")).text
        for path in ("", "/population.txt", "/redraw", "/checks", f"/checks/{check.id}"):
            assert client.get(f"{base}{path}").status_code == 404
        for path in ("/draw", "/finish", "/publish", "/cancel", f"/checks/{check.id}/reopen", f"/checks/{check.id}/reassign"):
            assert client.post(f"{base}{path}", data={"reason": "不该"}).status_code == 404
    assert stored(Campaign, campaign.id).state is CampaignState.RUNNING


def test_a_check_is_found_in_its_own_campaign_only(client, sign_in, planner):
    make_posting()
    first, _ = make_draw(planner)
    _, (check,) = make_draw(planner)
    sign_in(client, planner)
    assert client.get(f"/inspection/campaigns/{first.id}/checks/{check.id}").status_code == 404
    assert client.post(f"/inspection/campaigns/{first.id}/checks/{check.id}/reopen", data={"reason": "重查"}).status_code == 404


def test_every_figure_opens_the_rows_it_counts(client, sign_in, planner):
    make_posting(title="铣工")
    make_forwarded(region="370103", title="保洁员")
    campaign, drawn = make_draw(planner)
    judge(next(check for check in drawn if check.region == "370103"), Verdict.FALSE)
    sign_in(client, planner)
    page = read(client.get(f"/inspection/campaigns/{campaign.id}"))
    opened = {words: path for words, path in page.links.items() if "打开明细" in words}
    assert len(opened) == 6
    false = next(path for words, path in opened.items() if words.startswith("1个虚假，济南市市中区"))
    rows = read(client.get(false))
    assert "保洁员" in rows.links and "铣工" not in rows.links and "虚假" in rows.h1
    assert "铣工" in read(client.get(f"/inspection/campaigns/{campaign.id}/checks?group=left")).links


def test_the_leader_of_a_campaign_takes_a_verdict_back_and_has_another_drawn(client, sign_in, planner):
    other = make_inspector(name="吴监察")
    make_posting()
    campaign, (check,) = make_draw(planner, [planner, other])
    judge(check, Verdict.VALID)
    sign_in(client, planner)
    path = f"/inspection/campaigns/{campaign.id}/checks/{check.id}"
    page = read(client.post(f"{path}/reopen", data={"reason": ""}))
    assert any("请写明为什么要重查" in error for error in page.errors)
    page = read(client.post(f"{path}/reopen", data={"reason": "长" * 201}))
    assert any("200" in error for error in page.errors) and page.fields["reason"] == "长" * 201
    client.post(f"{path}/reopen", data={"reason": "打错了单位"})
    assert stored(Check, check.id).verdict is None
    assert "打错了单位" in read(client.get(path)).text
    holder = planner if check.inspector_id == planner.id else other
    sign_in(client, holder)
    assert "退回重查：打错了单位" in read(client.get("/inspection/checks")).text
    assert "打错了单位" in read(client.get(f"/inspection/checks/{check.id}")).text
    assert "打错了单位" in read(client.get("/notices")).text
    sign_in(client, planner)
    client.post(f"{path}/reassign")
    assert stored(Check, check.id).inspector_id != check.inspector_id
    assert "原来抽到的是" in read(client.get(path)).text


def test_a_campaign_is_given_up_with_a_reason(client, sign_in, planner):
    make_posting()
    campaign = make_campaign(planner)
    sign_in(client, planner)
    page = read(client.post(f"/inspection/campaigns/{campaign.id}/cancel", data={"reason": " "}))
    assert any("作废的理由" in error for error in page.errors)
    page = read(client.post(f"/inspection/campaigns/{campaign.id}/cancel", data={"reason": "长" * 201}))
    assert any("200" in error for error in page.errors) and page.fields["reason"] == "长" * 201
    assert stored(Campaign, campaign.id).state is CampaignState.PREPARED
    client.post(f"/inspection/campaigns/{campaign.id}/cancel", data={"reason": "范围划错"})
    assert "范围划错" in read(client.get("/inspection/campaigns")).text


# an inspector's own


def test_an_inspector_works_the_list_off_by_keyboard(client, sign_in, planner):
    first = make_posting(title="甲")
    make_forwarded(title="乙")
    _, drawn = make_draw(planner)
    mine = {check.posting_id: check for check in drawn}
    sign_in(client, planner)
    assert {"甲", "乙"} <= set(read(client.get("/inspection/checks")).links)
    path = f"/inspection/checks/{mine[first.id].id}"
    answer = client.post(path, data={"outcome": "reached", "verdict": "false", "reason": "", "remark": "刘经理接的"})
    page = read(answer)
    assert page.fields["remark"] == "刘经理接的" and any("为什么是虚假" in error for error in page.errors)
    answer = client.post(path, data={"outcome": "reached", "verdict": "false", "reason": "单位说没有这个岗位", "remark": "刘经理接的"})
    following = next(check for check in drawn if check.id != mine[first.id].id)
    assert answer.location == f"/inspection/checks/{following.id}"
    page = read(client.get(answer.location))
    assert "“甲”已记下，结论：虚假，已下架" in "".join(page.tree.itertext())
    assert "齐鲁人才网" in page.text and "来源编号 A-1" in page.text
    answer = client.post(answer.location, data={"outcome": "no_answer", "verdict": ""})
    assert answer.location == "/inspection/checks"
    page = read(client.get(f"/inspection/checks/{following.id}"))
    assert "无人接听或占线" in page.text
    done = read(client.get("/inspection/checks?done=1"))
    assert "甲" in done.links and "乙" not in done.links


def test_a_refused_verdict_says_why_and_loses_nothing(client, sign_in, planner):
    make_posting()
    _, (check,) = make_draw(planner)
    sign_in(client, planner)
    path = f"/inspection/checks/{check.id}"
    assert any("请选择通话结果" in error for error in read(client.post(path, data={"verdict": "valid"})).errors)
    page = read(client.post(path, data={"outcome": "no_answer", "verdict": "valid", "remark": "没人接"}))
    assert any("有效、失效要先问到用人单位" in error for error in page.errors) and page.fields["remark"] == "没人接"
    page = read(client.post(path, data={"outcome": "no_answer", "verdict": "unreachable"}))
    assert any("3 个不同的日子" in error for error in page.errors)
    assert stored(Check, check.id).verdict is None and calls(check) == 0


def test_what_was_typed_survives_that_the_campaign_ended_or_the_check_is_anothers_by_now(client, sign_in, planner):
    other = make_inspector(name="吴监察")
    make_posting()
    campaign, (check,) = make_draw(planner, [planner, other])
    holder, taker = (planner, other) if check.inspector_id == planner.id else (other, planner)
    sign_in(client, holder)
    path, typed = f"/inspection/checks/{check.id}", {"outcome": "reached", "verdict": "valid", "remark": "刘经理接的"}
    with transaction():
        checks.reassign(session().get_one(Check, check.id), by=inspecting(planner))
    judge(check, Verdict.FALSE, remark="吴监察记的")
    page = read(client.post(path, data=typed))
    assert any("别的检查人员" in error for error in page.errors) and page.fields["remark"] == "刘经理接的"
    assert "吴监察记的" not in page.text, "what the other heard is the other's"
    assert client.get(path).status_code == 404
    sign_in(client, taker)
    with transaction():
        campaigns.finish(session().get_one(Campaign, campaign.id), by=inspecting(planner))
    page = read(client.post(path, data=typed))
    assert any("已经结束" in error for error in page.errors) and page.fields["remark"] == "刘经理接的"
    page = read(client.get(path))
    assert "outcome" not in page.fields and client.post(f"{path}/contact").status_code == 404
    assert calls(check) == 1


def calls(check: Check) -> int:
    with transaction():
        return session().connection().exec_driver_sql("SELECT count(*) FROM spot_call").scalar() or 0


def test_the_phone_of_the_employer_is_on_the_ledger_before_it_is_shown(client, sign_in, planner):
    posting = make_posting(employer=make_employer(contact_phone="13800138111"))
    _, (check,) = make_draw(planner)
    sign_in(client, planner)
    page = read(client.get(f"/inspection/checks/{check.id}"))
    assert "13800138111" not in page.text and "138****8111" in page.text
    assert "张主任" not in page.text and "张**" in page.text
    page = read(client.post(f"/inspection/checks/{check.id}/contact"))
    assert "13800138111" in page.text and "张主任" in page.text
    with transaction():
        (entry,) = session().query(Entry).filter(Entry.event == "EmployerContactShown")
        assert (entry.subject, entry.by_person, entry.by_role) == (str(posting.employer_id), planner.id, "inspector")


def test_a_forwarded_posting_has_no_phone_to_show(client, sign_in, planner):
    make_forwarded()
    _, (check,) = make_draw(planner)
    sign_in(client, planner)
    assert client.post(f"/inspection/checks/{check.id}/contact").status_code == 404


def test_another_inspectors_check_is_not_found(client, sign_in, planner):
    other = make_inspector()
    posting = make_posting()
    _, (check,) = make_draw(planner)
    for person in (other, make_inspector("370102"), make_staff(Role.REVIEWER, "370100")):
        sign_in(client, person)
        assert "没有要查的岗位" in read(client.get("/inspection/checks")).text
        assert client.get(f"/inspection/checks/{check.id}").status_code == 404
        assert client.post(f"/inspection/checks/{check.id}", data={"outcome": "reached", "verdict": "false", "reason": "不"}).status_code == 404
        assert client.post(f"/inspection/checks/{check.id}/contact").status_code == 404
    sign_in(client, make_person())
    assert client.get("/inspection/checks").status_code == 403
    assert stored(Posting, posting.id).state is PostingState.OPEN


def test_what_closed_meanwhile_is_said_and_judged_all_the_same(client, sign_in, planner):
    posting = make_posting()
    _, (check,) = make_draw(planner)
    with transaction():
        postings.pause(session().get_one(Posting, posting.id), by=Actor.SYSTEM)
        postings.withdraw(session().get_one(Posting, posting.id), by=Actor.SYSTEM)
    sign_in(client, planner)
    assert "已撤回" in read(client.get(f"/inspection/checks/{check.id}")).text
    client.post(f"/inspection/checks/{check.id}", data={"outcome": "reached", "verdict": "stopped"})
    assert stored(Check, check.id).effect is Effect.ALREADY_CLOSED
    rows = [words_of(row) for row in read(client.get("/inspection/checks?done=1")).all("tr")]
    assert any("失效（已停招）" in row for row in rows)
