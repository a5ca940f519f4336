"""An employer fills a table with five postings, of which two are wrong, takes those back, mends them and sends them again."""

from tests.factories.bulk import by_heading, read_back, row_of, table_file
from tests.journeys import walks
from tests.journeys.places import Place

WRONG_PAY, WRONG_WORDS = row_of(title="库管员", wage_low="面议"), row_of(title="前台接待", requirements="限女性，形象好。")
GOOD = [row_of(title=title) for title in ("数控铣工", "叉车司机", "质检员")]


def test_an_employer_publishes_a_table_and_mends_what_comes_back(place: Place) -> None:
    employer = walks.its_owner(place, walks.an_employer("济南批量机械有限公司"))
    employer.open("/employer/postings")
    employer.follow("批量发布")
    assert read_back(employer.download("下载模板"))[0][0] == "岗位名称 *"
    employer.press("上传并核对")
    assert "请选择填好的表格" in employer.text

    employer.attach("填好的表格", "十一月岗位.xlsx", table_file(*GOOD, WRONG_PAY, WRONG_WORDS, more={"x": "部门"}))
    employer.press("上传并核对")
    assert employer.h1 == "核对批量岗位" and "部门" in employer.text
    assert "最低工资要写成数字" in employer.text and "依据：" in employer.text
    employer.press("提交审核：3 个")
    place.settle()
    employer.follow("批量发布")
    employer.follow("十一月岗位.xlsx")
    assert employer.h1 == "批量发布结果" and "下载有问题的 2 行" in employer.text

    rows = by_heading(employer.download("下载有问题的 2 行"))
    assert [row["岗位名称"] for row in rows] == ["库管员", "前台接待"]
    assert "最低工资要写成数字" in rows[0]["出错原因"] and "依据：" in rows[1]["出错原因"]
    employer.follow("上传改好的表")
    mended = table_file(*GOOD, WRONG_PAY | {"wage_low": 5500}, WRONG_WORDS | {"requirements": "普通话标准。"})
    employer.attach("填好的表格", "改好的岗位.xlsx", mended)
    employer.press("上传并核对")
    assert "不会重复发布" in employer.text
    employer.press("提交审核：2 个")
    place.settle()
    employer.open("/employer/postings?state=in_review")
    assert all(title in employer.text for title in ("数控铣工", "叉车司机", "质检员", "库管员", "前台接待"))
    walks.review(walks.reviewer(place), "前台接待", "通过")
    place.settle()
    employer.open("/employer/bulk")
    employer.follow("改好的岗位.xlsx")
    employer.follow("前台接待")
    assert "招聘中" in employer.text


def test_an_employer_that_is_not_verified_yet_keeps_its_table_as_drafts(place: Place) -> None:
    employer = place.visitor()
    walks.register_employer(place, employer, phone=walks.new_phone(), name="济南初来机械有限公司")
    employer.open("/employer/bulk")
    employer.attach("填好的表格", "岗位.xlsx", table_file(*GOOD))
    employer.press("上传并核对")
    assert "单位还没有通过核验" in employer.text
    employer.press("都存为草稿：3 个")
    place.settle()
    employer.open("/employer/postings?state=draft")
    assert "质检员" in employer.text
