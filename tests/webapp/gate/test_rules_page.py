"""The page on which every verdict can be looked up: its row, its article, its dates, its place."""

from datetime import date

import pytest

from tests.factories.accounts import make_staff
from tests.factories.gate import rule
from tests.webapp.pages import read
from webapp.access import Role
from webapp.db import new_key, session, transaction
from webapp.reference.models import GateRule, Severity, ShippedTable
from webapp.reference.queries import forget


def hold(*rows):
    """These rules instead of the shipped ones."""
    with transaction():
        session().query(GateRule).delete()
        session().add_all(GateRule(**row) for row in rows)
        session().query(ShippedTable).filter_by(kind="gate_rules").update({"version": str(new_key())})
    forget()


def texts(client, **asked):
    return read(client.get("/gate/rules", query_string=asked)).text


@pytest.fixture
def reviewer(client, sign_in):
    sign_in(client, make_staff(Role.REVIEWER, "370100"))
    return client


def test_a_reviewer_reads_the_article_the_dates_and_the_mending(reviewer):
    text = texts(reviewer)
    assert "《妇女权益保障法》第四十三条" in text and "自 2023-01-01" in text
    assert "改法：写岗位真正需要的能力" in text and "可说明必要性" in text
    assert "未核实" in text and "本平台规定未核实" not in text


def test_the_rules_of_a_day_that_is_past_are_those_it_had(reviewer):
    assert "《妇女权益保障法》" not in texts(reviewer, on="2022-06-01")
    assert "《就业促进法》第二十七条" in texts(reviewer, on="2022-06-01")
    assert "这一天没有有效的规则" not in texts(reviewer, on="1990-01-01")  # our own have no beginning
    hold(rule("AGE", label="年龄甲", valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31)))
    assert "这一天没有有效的规则" in texts(reviewer)
    assert "年龄甲" in texts(reviewer, on="2020-06-01")
    assert "年龄甲" in texts(reviewer, all="1")


def test_a_place_has_its_own_rows(reviewer):
    hold(
        rule("AGE", label="全国的"),
        rule("AGE", label="济南的", region="370100"),
        rule("SEX", label="性别甲"),
        rule("SEX", label="关掉的", region="370200", severity=Severity.OFF),
    )
    assert "全国的" in texts(reviewer) and "济南的" not in texts(reviewer)
    assert "济南的" in texts(reviewer, region="370100") and "全国的" not in texts(reviewer, region="370100")
    assert "性别甲" not in texts(reviewer, region="370200")


@pytest.mark.parametrize("asked", [{"on": "昨天"}, {"on": "2026-02-30"}, {"region": "<script>"}, {"region": "110000"}, {"all": "2"}])
def test_what_cannot_be_read_is_today_and_the_home_province(reviewer, asked):
    assert texts(reviewer, **asked) == texts(reviewer)


@pytest.mark.parametrize(("role", "status"), [(Role.INSPECTOR, 200), (Role.SYSTEM_ADMIN, 200), (Role.OFFICER, 403), (Role.AUDIT_ADMIN, 403)])
def test_it_is_for_those_who_decide_by_it_or_answer_for_it(client, sign_in, role, status):
    sign_in(client, make_staff(role, "370000"))
    assert client.get("/gate/rules").status_code == status
