"""No telephone, account or name of a person leaves the house in the words of a posting."""

import re

import pytest

from tests.factories.postings import make_forwarded
from webapp.outlets import items, schema
from webapp.outlets.contacts import without_contacts
from webapp.outlets.models import Format

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("负责焊接。联系电话：13900001111", "负责焊接。"),
        ("负责焊接。联系人：王女士 １３９００００１１１１，包住。", "负责焊接。，包住。"),
        ("有意者致电张经理139 0000 1111", "有意者"),
        ("电话：0531-88881234（李主任）", ""),
        ("加微信hr_zhilu88 报名", "报名"),
        ("简历发到 hr@zhilu.com.cn。", "简历发到 。"),
        ("联系人：李建国", ""),
        ("招聘负责人：赵老师，工作地点在历下区。", "，工作地点在历下区。"),
    ],
)
def test_whom_to_call_is_cut(said: str, left: str) -> None:
    assert without_contacts(said) == left


@pytest.mark.parametrize(
    "said",
    ["负责客户电话回访，维护微信群。", "请联系人力资源部报名。", "产品型号 13900001111", "店长 2 名，经理助理 1 名。", "月薪 6000-8000 元", ""],
)
def test_what_is_none_stays(said: str) -> None:
    assert without_contacts(said) == said


def test_no_field_of_an_item_carries_one() -> None:
    phone = "13900001111"
    posting = make_forwarded(
        title=f"电焊工{phone}",
        duties=f"负责焊接。联系人：王女士 {phone}",
        requirements=f"咨询电话{phone}",
        skills=[f"焊接{phone}", phone],
        benefits=[f"包住{phone}"],
        address=f"工业南路 88 号{phone}",
        insurance=f"五险{phone}",
    )
    told = items.item(posting, 1)
    assert schema.fault(told) == ""
    assert not re.search(f"{phone}|王女士", items.line(Format.JSONL, told) + items.line(Format.CSV, told))
    assert (told["title"], told["responsibilities"], told["skills"]) == ("电焊工", "负责焊接。", ["焊接"])
    assert items.item(make_forwarded(title=phone), 1)["title"] == items.NO_TITLE
