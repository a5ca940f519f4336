import pytest

from tests.factories.accounts import make_staff
from tests.factories.employers import make_employer, make_member, owner_of
from tests.factories.postings import make_application, make_posting
from tests.webapp.pages import read
from tests.webapp.pages import words as words_of
from tests.webapp.postings.support import COMPLETE, state_of, stored
from webapp.access import Role
from webapp.db import session, transaction
from webapp.employers.models import EmployerState
from webapp.postings import queries
from webapp.postings.models import Posting, PostingState
from webapp.reference import queries as reference
from webapp.reference.models import WageUnit


def test_an_employer_writes_checks_and_submits_a_posting(client, sign_in):
    sign_in(client, owner_of(make_employer()))
    assert client.get("/employer/postings/new").status_code == 200
    saved = client.post("/employer/postings/new", data=COMPLETE)
    assert saved.status_code == 303
    page = read(client.get(saved.location))
    assert "6000–8000元/月" in page.text
    assert "提交后由审核员核对" in page.text
    with transaction():
        posting = session().query(Posting).one()
    assert (posting.wage_low, posting.wage_high, posting.skills, posting.benefits) == (6000, 8000, ["氩弧焊", "二保焊"], ["包住", "工作餐"])
    client.post(f"{saved.location}/submit")
    assert state_of(posting) is PostingState.IN_REVIEW


@pytest.mark.parametrize(
    ("unit", "typed", "kept", "shown"),
    [
        ("hour", ("22.5", "24.05"), ("22.5", "24.05"), "22.5–24.05元/小时"),
        ("piece", ("０．０６", ""), ("0.06", ""), "0.06元/件起"),
        ("month", ("5,000.00", "6000.5"), ("5000", "6000.5"), "5000–6000.5元/月"),
    ],
)
def test_a_wage_is_kept_to_the_fen_and_shown_without_zeros(client, sign_in, unit, typed, kept, shown):
    sign_in(client, owner_of(make_employer()))
    wage = {"wage_unit": unit, "wage_low": typed[0], "wage_high": typed[1]}
    saved = client.post("/employer/postings/new", data=COMPLETE | wage)
    assert shown in read(client.get(saved.location)).text
    fields = read(client.get(f"{saved.location}/edit")).fields
    assert (fields["wage_low"], fields["wage_high"]) == kept


def test_an_incomplete_draft_is_saved_and_its_gaps_are_named_with_their_law(client, sign_in):
    sign_in(client, owner_of(make_employer()))
    saved = client.post("/employer/postings/new", data={"title": "保安", "save": "1"})
    assert saved.location.endswith("/edit")
    assert read(client.get(saved.location)).fields["title"] == "保安"
    check = saved.location.removesuffix("/edit")
    page = read(client.get(check))
    assert "请填写招聘人数，至少 1 人" in page.text
    assert "《人力资源市场暂行条例》第二十四条" in page.text
    refused = client.post(f"{check}/submit")
    assert refused.location.endswith("/edit?check=1")
    assert "请填写招聘人数，至少 1 人" in read(client.get(refused.location)).errors


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"headcount": "0"}, "招聘人数至少是 1 人"),
        ({"headcount": "若干"}, "招聘人数要写成整数，例如 5，不要写单位或文字"),
        ({"headcount": "99999"}, "招聘人数不能超过 5000 人，请核对是否多写了一位"),
        ({"wage_low": "9000"}, "最低工资 9000 元大于最高工资 8000 元，请对调或修改"),
        ({"wage_low": "0"}, "工资必须大于 0 元"),
        ({"wage_low": "8000.01"}, "最低工资 8000.01 元大于最高工资 8000 元，请对调或修改"),
        ({"wage_low": "面议"}, "最低工资要写成数字，例如 5000 或 22.5，最多两位小数，不要写单位或文字"),
        ({"wage_high": "8000.125"}, "最高工资要写成数字，例如 5000 或 22.5，最多两位小数，不要写单位或文字"),
        ({"valid_through": "2020-01-01"}, "有效期 2020-01-01 已经过去，请改成今天或以后的日期"),
        ({"valid_through": "下个月"}, "有效期至要写成年-月-日，例如 2026-12-31"),
        ({"title": "焊" * 61}, "岗位名称最多 60 个字，请缩短"),
        ({"duties": "焊" * 2001}, "工作内容最多 2000 个字，请缩短"),
        ({"skills": "、".join(map(str, range(13)))}, "技能最多写 12 项"),
        ({"occupation": "没有的职业"}, "《职业分类大典》里没有找到“没有的职业”，请从列表中选，或者留空"),
        ({"region": "123456"}, "请在列表中选择所在县（市、区）"),
        ({"education": "3"}, "请在列表中选择最低学历"),
        ({"lon": "36.6", "lat": "117"}, "坐标不在国内：经度在 73 到 136 之间，纬度在 3 到 54 之间，请看看是否填反了"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_everything_typed_is_kept(client, sign_in, changes, message):
    sign_in(client, owner_of(make_employer()))
    typed = COMPLETE | changes
    page = read(client.post("/employer/postings/new", data=typed))
    assert any(message in error for error in page.errors), page.errors
    kept = {name: value for name, value in page.fields.items() if name in typed and name not in {"employment_type"}}
    assert kept | {"region": "", "education": ""} == {name: typed[name] for name in kept} | {"region": "", "education": ""}
    with transaction():
        assert session().query(Posting).count() == 0


def test_every_error_of_the_form_is_told_at_once(client, sign_in):
    wrong = {
        "title": "焊" * 61,
        "headcount": "-3",
        "wage_low": "9000",
        "wage_months": "99",
        "valid_through": "2020-01-01",
        "lon": "东经",
        "lat": "36.6",
    }
    sign_in(client, owner_of(make_employer()))
    errors = read(client.post("/employer/postings/new", data=COMPLETE | wrong)).errors
    said = (
        "岗位名称最多 60 个字，请缩短",
        "招聘人数至少是 1 人",
        "最低工资 9000 元大于最高工资 8000 元，请对调或修改",
        "一年发的月数在 12 到 16 之间",
        "有效期 2020-01-01 已经过去，请改成今天或以后的日期",
        "经度要写成小数，例如 117.0009",
    )
    assert [one for one in said if not any(one in error for error in errors)] == []
    assert not any("一起填写" in error for error in errors)


def test_the_example_of_a_latitude_is_a_latitude(client, sign_in):
    sign_in(client, owner_of(make_employer()))
    errors = read(client.post("/employer/postings/new", data=COMPLETE | {"lon": "117", "lat": "北纬36度"})).errors
    assert any("纬度要写成小数，例如 36.6758" in error for error in errors)


def test_a_forged_choice_is_an_error_and_no_crash(client, sign_in):
    sign_in(client, owner_of(make_employer()))
    forged = {"education": "a", "experience_years": "b", "region": "x", "wage_unit": "y", "employment_type": "z"}
    errors = read(client.post("/employer/postings/new", data=COMPLETE | forged)).errors
    assert sum("请" in error for error in errors) >= len(forged)


def test_a_wage_below_the_minimum_is_a_warning_with_its_basis(client, sign_in):
    minimum = reference.parameter("minimum_wage_monthly", region="370102")
    posting = make_posting(state=PostingState.DRAFT, wage_low=1500, wage_high=2000)
    sign_in(client, owner_of(queries.employer_of(posting)))
    text = read(client.get(f"/employer/postings/{posting.id}")).text
    assert f"低于当地最低工资标准 {minimum.value} 元/月（未核实）" in text
    assert minimum.basis in text
    assert "提交后由审核员核对" in text


@pytest.mark.parametrize(
    ("region", "unit", "wage", "said"),
    [
        ("370102", WageUnit.MONTH, (5, 500), "工资最高约 500 元/月，低于当地最低工资标准 2400 元/月（未核实）"),
        ("370281", WageUnit.MONTH, (5, 500), "工资最高约 500 元/月，低于全省最低一档的最低工资标准 2020 元/月（未核实）"),
        ("370281", WageUnit.HOUR, (5, 9), "工资最高约 9 元/小时，低于全省最低一档的最低工资标准 20 元/小时（未核实）"),
    ],
)
def test_an_absurdly_low_wage_is_a_warning_for_author_and_reviewer_wherever_it_is(client, sign_in, region, unit, wage, said):
    posting = make_posting(state=PostingState.DRAFT, region=region, wage_unit=unit, wage_low=wage[0], wage_high=wage[1])
    employer = queries.employer_of(posting)
    sign_in(client, owner_of(employer))
    seen = [read(client.get(f"/employer/postings/{posting.id}"))]
    client.post(f"/employer/postings/{posting.id}/submit")
    sign_in(client, make_staff(Role.REVIEWER, "370000"))
    seen.append(read(client.get(f"/review/postings/{posting.id}")))
    warnings = "".join(words_of(node) for node in seen[0].of_class("banner-warning"))
    for text in (warnings, seen[1].text):  # before a reviewer it stands beside the words it is about
        assert said in text
        assert "鲁政字〔2025〕140号" in text


@pytest.mark.parametrize(("region", "wage"), [("370281", 2020), ("370102", 2400), ("110101", 500)])
def test_a_wage_that_no_known_minimum_exceeds_is_no_warning(client, sign_in, region, wage):
    posting = make_posting(state=PostingState.DRAFT, region=region, wage_low=wage, wage_high=None)
    sign_in(client, owner_of(queries.employer_of(posting)))
    assert "工资可能过低" not in read(client.get(f"/employer/postings/{posting.id}")).text


def test_an_employer_pauses_reopens_fills_and_withdraws_by_post(client, sign_in):
    posting = make_posting()
    sign_in(client, owner_of(queries.employer_of(posting)))
    path = f"/employer/postings/{posting.id}"
    assert client.get(f"{path}/move").status_code == 405
    for to in (PostingState.PAUSED, PostingState.OPEN, PostingState.FILLED):
        client.post(f"{path}/move", data={"to": to.value})
        assert state_of(posting) is to
    client.post(f"{path}/move", data={"to": "withdrawn"})
    assert state_of(posting) is PostingState.FILLED
    assert "不能改为“已撤回”" in "".join(read(client.get(path)).tree.itertext())
    assert client.post(f"{path}/move", data={"to": "taken_down"}).status_code == 404
    assert client.post(f"{path}/move", data={"to": "in_review"}).status_code == 404


def test_an_old_posting_is_copied_into_a_new_draft(client, sign_in):
    posting = make_posting(state=PostingState.EXPIRED)
    sign_in(client, owner_of(queries.employer_of(posting)))
    copied = client.post(f"/employer/postings/{posting.id}/copy")
    fields = read(client.get(copied.location)).fields
    assert (fields["title"], fields["wage_low"], fields["skills"], fields["valid_through"]) == ("电焊工", "6000", "氩弧焊、二保焊", "")


def test_a_posting_that_is_no_draft_cannot_be_edited(client, sign_in):
    posting = make_posting()
    sign_in(client, owner_of(queries.employer_of(posting)))
    assert client.get(f"/employer/postings/{posting.id}/edit").status_code == 303
    assert "可以存为一份新草稿" in read(client.post(f"/employer/postings/{posting.id}/edit", data=COMPLETE | {"title": "改"})).text
    assert stored(posting).title == "电焊工"


def test_another_employers_posting_is_not_found(client, sign_in):
    posting = make_posting()
    application = make_application(posting)
    sign_in(client, owner_of(make_employer(name="乙公司")))
    path = f"/employer/postings/{posting.id}"
    for page in (path, f"{path}/edit", f"{path}/applications"):
        assert client.get(page).status_code == 404
    for verb in ("submit", "move", "copy", f"applications/{application.id}/open"):
        assert client.post(f"{path}/{verb}", data={"to": "paused"}).status_code == 404
    assert "电焊工" not in read(client.get("/employer/postings")).text
    assert state_of(posting) is PostingState.OPEN


def test_a_member_sees_the_list_of_the_employer_with_its_states(client, sign_in):
    employer = make_employer()
    make_posting(employer=employer)
    make_posting(employer=employer, state=PostingState.DRAFT, title="会计")
    sign_in(client, make_member(employer))
    page = read(client.get("/employer/postings"))
    assert {"全部2", "招聘中1", "草稿1"} <= set(page.links)
    assert "电焊工" not in read(client.get(page.links["草稿1"])).text


def test_a_pending_employer_is_told_why_it_cannot_submit(client, sign_in):
    posting = make_posting(employer=make_employer(state=EmployerState.PENDING), state=PostingState.DRAFT)
    sign_in(client, owner_of(queries.employer_of(posting)))
    path = f"/employer/postings/{posting.id}"
    assert "单位还没有通过核验" in "".join(read(client.get(path)).tree.itertext())
    client.post(f"{path}/submit")
    assert state_of(posting) is PostingState.DRAFT


def written(page):
    return {name: value for name, value in page.fields.items() if name != "employment_type"} | {"employment_type": "full_time"}


@pytest.mark.parametrize("path", ["edit", "change"])
def test_what_was_typed_is_not_lost_when_the_posting_moved_on_meanwhile(client, sign_in, path):
    posting = make_posting(state=PostingState.DRAFT if path == "edit" else PostingState.OPEN)
    sign_in(client, owner_of(queries.employer_of(posting)))
    address = f"/employer/postings/{posting.id}/{path}"
    form = written(read(client.get(address))) | {"duties": "写了很久的一段话。"}
    with transaction():
        session().get_one(Posting, posting.id).state = PostingState.IN_REVIEW if path == "edit" else PostingState.FILLED
    kept = client.post(address, data=form)
    page = read(kept)
    assert (kept.status_code, page.fields["duties"]) == (200, "写了很久的一段话。")
    assert "可以存为一份新草稿" in page.text and "/employer/postings/new" in page.actions
    client.post("/employer/postings/new", data=written(page) | {"save": "存为新草稿"})
    with transaction():
        assert session().query(Posting).filter(Posting.state == PostingState.DRAFT).one().duties == "写了很久的一段话。"
