import re

import pytest
from sqlalchemy import select

from tests.factories.accounts import make_person, make_staff
from tests.factories.inspection import decide, make_inspector, make_report, make_taken, stored
from tests.factories.postings import make_forwarded, make_posting
from tests.factories.reference import set_parameter
from tests.webapp.pages import read
from tests.webapp.pages import words as words_of
from webapp.access import Role
from webapp.accounts.models import Person
from webapp.db import new_key, session, transaction
from webapp.inspection.models import Decision, PublicReport, ReportState
from webapp.ledger import Entry
from webapp.postings.models import Posting, PostingState

SAID = {"kind": "fee", "text": "面试时要交三百元服装费。", "name": "孙举报", "phone": "13933334444", "by_sms": "y"}


@pytest.fixture
def handler() -> Person:
    return make_inspector("370100", name="周监察")


def sent(client, posting, **changes: str):
    once = read(client.get(f"/postings/{posting.id}/report")).fields["once"]
    return client.post(f"/postings/{posting.id}/report", data=SAID | {"once": once} | changes)


def only_report() -> PublicReport:
    with transaction():
        return session().scalars(select(PublicReport)).one()


def code_in(page):
    return re.search(r"查询码([0-9A-Z]{4} [0-9A-Z]{4})", page.text.replace("查询码 ", "查询码"))[1]


def entries(event: str) -> list[Entry]:
    with transaction():
        return list(session().scalars(select(Entry).where(Entry.event == event)))


# the public


def test_a_stranger_reports_a_posting_and_asks_for_the_outcome_by_number_and_code(client, handler):
    posting = make_posting()
    path = read(client.get(f"/postings/{posting.id}")).links["网上举报这个岗位"]
    assert path == f"/postings/{posting.id}/report"
    receipt = read(sent(client, posting))
    report = only_report()
    assert report.number in receipt.text and "只显示这一次" in receipt.text
    assert (report.name, report.phone, report.by_sms, report.reporter_id) == ("孙举报", "13933334444", True, None)
    code = code_in(receipt)
    page = read(client.post("/reports", data={"number": report.number, "code": code.lower()}))
    assert "待受理" in page.text and "电焊工" in page.text
    assert "孙举报" not in page.text and "13933334444" not in page.text and "服装费。" not in page.text
    make_taken(report, handler)
    decide(report, Decision.TAKE_DOWN, handler=handler, outcome="单位退还了服装费。")
    page = read(client.post("/reports", data={"number": f" {report.number[:8]} {report.number[8:]}", "code": code}))
    assert "经核查属实，岗位已下架。单位退还了服装费。" in page.text


def test_a_wrong_code_says_nothing_and_cannot_be_tried_for_long(client):
    report, code = make_report(make_posting())
    for _ in range(5):
        page = read(client.post("/reports", data={"number": report.number, "code": "AAAA2222"}))
        assert any("对不上" in error for error in page.errors) and "电焊工" not in page.text
    locked = client.post("/reports", data={"number": report.number, "code": code})
    assert locked.status_code == 429 and "电焊工" not in read(locked).text
    unknown = read(client.post("/reports", data={"number": "20260101000000", "code": code}))
    assert any("对不上" in error for error in unknown.errors)
    assert any("请填写查询码" in error for error in read(client.post("/reports", data={"number": report.number})).errors)


def test_the_code_stands_in_no_address_and_the_report_is_not_doubled_by_a_reload(client):
    posting = make_posting()
    once = str(new_key())
    first = client.post(f"/postings/{posting.id}/report", data=SAID | {"once": once})
    assert first.status_code == 200 and first.location is None
    again = read(client.post(f"/postings/{posting.id}/report", data=SAID | {"once": once}))
    report = only_report()
    assert report.number in again.text and "不用再提交" in again.text and code_in(read(first)) not in again.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"kind": ""}, "请选择举报什么"),
        ({"text": "骗"}, "至少 6 个字"),
        ({"text": "长" * 1001}, "最多 1000 个字"),
        ({"phone": "123"}, "手机号"),
        ({"phone": "", "by_sms": "y"}, "要收短信，请填写手机号"),
    ],
)
def test_what_was_typed_wrongly_stays_typed(client, changes, error):
    page = read(sent(client, make_posting(), **changes))
    assert any(error in one for one in page.errors)
    assert page.fields["name"] == "孙举报"
    with transaction():
        assert session().scalars(select(PublicReport)).all() == []


def test_a_form_whose_key_was_lost_gets_another_and_keeps_the_words(client):
    page = read(sent(client, make_posting(), once="not a key"))
    assert any("刷新" in error for error in page.errors)
    assert page.fields["text"].strip() == SAID["text"] and len(page.fields["once"]) == 36


def test_too_many_from_one_place_are_told_to_wait_or_to_call(client):
    posting = make_forwarded()
    set_parameter("report_per_origin_hour", "1")
    assert sent(client, posting).status_code == 200
    late = sent(client, posting)
    assert late.status_code == 429 and any("急事请直接打电话" in error for error in read(late).errors)


def test_a_posting_that_nobody_may_see_cannot_be_reported_and_one_that_closed_can(client):
    for state, status in ((PostingState.DRAFT, 404), (PostingState.TAKEN_DOWN, 404), (PostingState.FILLED, 200), (PostingState.EXPIRED, 200)):
        posting = make_posting(state=state)
        assert client.get(f"/postings/{posting.id}/report").status_code == status
        assert client.post(f"/postings/{posting.id}/report", data=SAID | {"once": str(new_key())}).status_code == status
    assert client.get(f"/postings/{new_key()}/report").status_code == 404


def test_a_signed_in_reporter_is_told_in_the_inbox_only_where_they_want_it(client, sign_in, handler):
    seeker = make_person(name="孙求职")
    sign_in(client, seeker)
    sent(client, make_posting(), to_account="y")
    report = only_report()
    assert report.reporter_id == seeker.id
    page = read(client.get("/my-reports"))
    assert report.number in page.text and "待受理" in page.text
    sent(client, make_posting(title="另一个"))
    with transaction():
        others = session().scalars(select(PublicReport).where(PublicReport.id != report.id)).all()
        assert [row.reporter_id for row in others] == [None]
        assert {entry.by_person for entry in session().scalars(select(Entry).where(Entry.event == "ReportReceived"))} == {seeker.id, None}
    make_taken(report, handler)
    decide(report, Decision.UNFOUNDED, handler=handler, outcome="单位没有收费。")
    assert "没有发现您反映的问题。单位没有收费。" in read(client.get("/my-reports")).text
    assert "已办结" in read(client.get("/notices")).text


def test_somebody_elses_reports_are_not_on_my_page(client, sign_in):
    make_report(make_posting(), reporter_id=make_person().id)
    sign_in(client, make_person())
    assert "没有用这个账号举报过" in read(client.get("/my-reports")).text


# the desk


def test_a_handler_takes_reads_and_decides_and_everything_read_is_on_the_ledger_first(client, sign_in, handler):
    posting = make_posting()
    report, _ = make_report(posting, name="孙举报", phone="13933334444")
    sign_in(client, handler)
    assert report.number in read(client.get("/inspection/reports")).links
    path = f"/inspection/reports/{report.id}"
    page = read(client.get(path))
    assert "服装费" not in page.text and "焊接农机车架" in page.text, "the words are shown to whoever took it"
    client.post(f"{path}/take")
    page = read(client.get(path))
    assert "面试时要交三百元服装费。" in page.text and "13933334444" not in page.text and "孙举报" not in page.text
    assert entries("ReporterShown") == []
    page = read(client.post(f"{path}/reporter"))
    assert "13933334444" in page.text and "孙举报" in page.text
    assert [entry.by_person for entry in entries("ReporterShown")] == [handler.id]
    page = read(client.post(f"{path}/decide", data={"decision": "take_down", "outcome": "", "note": "问过刘经理"}))
    assert any("查到了什么" in error for error in page.errors) and page.fields["note"].strip() == "问过刘经理"
    client.post(f"{path}/decide", data={"decision": "take_down", "outcome": "单位承认收费。", "note": "问过刘经理"})
    assert stored(Posting, posting.id).state is PostingState.TAKEN_DOWN
    page = read(client.get(path))
    assert "属实，岗位下架" in page.text and "问过刘经理" in page.text and "decision" not in page.fields


def test_nobody_reads_the_words_of_a_report_that_another_has(client, sign_in, handler):
    report, _ = make_report(make_posting(), name="孙举报", phone="13933334444")
    make_taken(report, make_inspector("370100"))
    sign_in(client, handler)
    path = f"/inspection/reports/{report.id}"
    assert "服装费" not in read(client.get(path)).text
    for act in ("reporter", "pack"):
        answer = client.post(f"{path}/{act}")
        assert answer.status_code == 303
        assert "13933334444" not in "".join(read(client.get(answer.location)).tree.itertext())
    for act, data in (("decide", {"decision": "unfounded", "outcome": "不属实。"}), ("transfer", {"transfer-office": "police"})):
        page = read(client.post(f"{path}/{act}", data=data))
        assert any("不在您手上" in error for error in page.errors), act
    assert entries("ReporterShown") == entries("ReportPackMade") == []
    assert stored(PublicReport, report.id).state is ReportState.IN_HAND


def test_another_district_finds_no_report_in_any_list_count_or_pack(client, sign_in):
    report, _ = make_report(make_posting())
    for other in (make_inspector("370200"), make_inspector("370103"), make_staff(Role.REVIEWER, "370200")):
        sign_in(client, other)
        page = read(client.get("/inspection/reports"))
        assert report.number not in page.text
        assert {words_of(node) for node in page.of_class("tab-count")} == {"0"}
        path = f"/inspection/reports/{report.id}"
        assert client.get(path).status_code == 404
        for act in ("take", "offer", "reporter", "decide", "transfer", "pack"):
            assert client.post(f"{path}/{act}").status_code == 404, act
        assert "济南甲乙机械有限公司" not in read(client.get("/inspection/watchlist")).text
        assert "共 0 件" in read(client.get("/inspection/watchlist/of?employer=济南甲乙机械有限公司")).text
    assert stored(PublicReport, report.id).handler_id is None


def test_it_is_handed_on_and_owned_by_the_first_until_the_second_takes_it(client, sign_in, handler):
    colleague = make_inspector("370102", name="吴监察")
    report, _ = make_report(make_posting())
    make_taken(report, handler)
    sign_in(client, handler)
    path = f"/inspection/reports/{report.id}"
    assert any("请选择同事" in error for error in read(client.post(f"{path}/offer")).errors)
    assert any("列表中选择" in error for error in read(client.post(f"{path}/offer", data={"person": str(make_inspector("370200").id)})).errors)
    client.post(f"{path}/offer", data={"person": str(colleague.id)})
    assert "已请吴监察接手" in read(client.get(path)).text
    sign_in(client, colleague)
    assert report.number in read(client.get("/inspection/reports?queue=offered")).links
    client.post(f"{path}/take")
    assert stored(PublicReport, report.id).handler_id == colleague.id


def test_reports_of_one_posting_stand_together_and_may_be_ended_together(client, sign_in, handler):
    posting = make_posting()
    first, second = make_report(posting)[0], make_report(posting)[0]
    other = make_report(posting)[0]
    make_taken(other, make_inspector("370100"))
    make_taken(first, handler)
    sign_in(client, handler)
    page = read(client.get(f"/inspection/reports/{first.id}"))
    assert second.number in page.links and other.number in page.links
    assert "还有 3 件没有办结" in read(client.get("/inspection/reports?queue=in_hand")).text
    client.post(f"/inspection/reports/{first.id}/decide", data={"decision": "mend", "outcome": "责令退还。", "together": "y"})
    states = [stored(PublicReport, row.id).state for row in (first, second, other)]
    assert states == [ReportState.DECIDED, ReportState.DECIDED, ReportState.IN_HAND]


def test_a_transfer_is_written_down_and_the_pack_holds_everything_for_print(client, sign_in, handler):
    report, _ = make_report(make_posting(), name="孙举报", phone="13933334444")
    make_taken(report, handler)
    sign_in(client, handler)
    path = f"/inspection/reports/{report.id}"
    refused = read(client.post(f"{path}/transfer", data={"transfer-office": "labour", "transfer-reason": "扣押证件"}))
    assert any("写明单位名称和理由" in error for error in refused.errors) and refused.fields["transfer-reason"].strip() == "扣押证件"
    data = {"office": "labour", "office_name": "历下区劳动监察大队", "sign": "移字3号", "reason": "扣押证件"}
    client.post(f"{path}/transfer", data={f"transfer-{name}": value for name, value in data.items()})
    page = read(client.post(f"{path}/pack"))
    for said in (
        "历下区劳动监察大队",
        "移字3号",
        "扣押证件",
        "面试时要交三百元服装费。",
        "焊接农机车架",
        report.evidence_digest,
    ):
        assert said in page.text, said
    assert "再次计算一致" in page.text
    assert "孙举报" not in page.text and "13933334444" not in page.text, "who reported is not handed on"
    assert [entry.subject for entry in entries("ReportPackMade")] == [str(report.id)]
    with transaction():
        row = session().get_one(PublicReport, report.id)
        row.evidence = {**row.evidence, "title": "别的岗位"}
    assert "再次计算不一致" in read(client.post(f"{path}/pack")).text


def test_the_watchlist_opens_what_it_counts(client, sign_in, handler):
    set_parameter("watchlist_least", "1")
    posting = make_posting()
    report, _ = make_report(posting)
    make_taken(report, handler)
    decide(report, Decision.TAKE_DOWN, handler=handler)
    sign_in(client, handler)
    page = read(client.get("/inspection/watchlist"))
    opened = read(client.get(page.links["济南甲乙机械有限公司"]))
    assert report.number in opened.links
    assert report.number in read(client.get(page.links["用人单位直接发布"])).links
    assert client.get("/inspection/watchlist/of").status_code == 404
