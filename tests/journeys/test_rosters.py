"""A lead's morning with a school's list: uploaded with errors, looked at, confirmed, and everybody it brought given to a caseworker."""

import pytest

from tests.factories.casework import make_caseworker
from tests.factories.rosters import Graduates, as_csv, id_number, spoilt
from tests.journeys import walks
from tests.journeys.browser import BrowserVisitor
from tests.journeys.places import Place
from tests.journeys.visitor import Visitor
from webapp.casework.rosters.values import BadRow


def upload(visitor: Visitor, content: bytes) -> bool:
    """False where there is no browser to choose a file with."""
    if not isinstance(visitor, BrowserVisitor):
        return False
    visitor.control("名册文件").set_input_files({"name": "山东大学2026届.csv", "mimeType": "text/csv", "buffer": content})
    return True


def test_a_school_hands_over_a_list_with_errors_and_everybody_gets_a_caseworker(place: Place) -> None:
    graduates = Graduates()
    for person in ("傅街道", "庞街道"):
        make_caseworker("370102", name=person)
    lead = walks.signed_in(place, make_caseworker("370100", name="郝科长"))
    lead.open("/casework/rosters")
    lead.press("上传并预览")
    assert "请选择是哪一种名单" in lead.text and "请选择文件" in lead.text
    bad = [spoilt(graduates, 900 + number, reason) for number, reason in enumerate((BadRow.LOST_DIGITS, BadRow.BAD_PHONE, BadRow.OUTSIDE))]
    lead.choose("这是哪一种名单", "学校移交")
    if not upload(lead, as_csv([*graduates.rows(48), *bad], encoding="gb18030")):
        return
    lead.press("上传并预览")
    place.settle()
    lead.open(lead.path)
    assert "请核对后确认" in lead.text and "后几位已经丢失" in lead.text and "备注" in lead.text
    lead.press("确认导入")
    place.settle()
    lead.open(lead.path)
    assert "好的行都已导入" in lead.text and lead.offers("下载没有收下的行（xlsx，最后一列是出错原因）")
    lead.open(f"{lead.path}/people")
    assert "共 48 人" in lead.text and "未分派" in lead.text
    lead.open("/casework/allocation?county=370102")
    assert "傅街道" in lead.text and "大家负责的人数尽量一样多" in lead.text
    lead.press("按建议分派")
    assert "给 2 位专员" in lead.text and "没有待分派的人" in lead.text


@pytest.mark.parametrize("number", [71])
def test_somebody_at_the_window_is_entered_by_hand(place: Place, number: int) -> None:
    worker = walks.signed_in(place, make_caseworker("370103", name="纪专员"))
    worker.open("/casework/enter")
    worker.fill({"姓名": "钱小满", "身份证号码": "37019919990307", "手机号码": "19900000001", "毕业年度": "2026", "毕业院校": "山东大学"})
    worker.press("登记")
    assert "不是 18 位" in worker.text and worker.value("姓名") == "钱小满"
    worker.fill({"身份证号码": id_number(number)})
    worker.press("登记")
    assert "没有户籍地和常住地" in worker.text
    worker.choose("常住地", "市中区")
    worker.tick("由我负责")
    worker.press("登记")
    assert "新纳入：编号" in worker.text
