"""The rules as a table: what a file may say, and what a file of the office changes without a new version."""

import pytest

from tests.factories.gate import ON, check_text, rows_of, shipped_book
from webapp.access import Actor
from webapp.db import session, today, transaction
from webapp.gate import reading
from webapp.gate.forwarding import Forwarding
from webapp.gate.rules import REQUIRED, Rulebook
from webapp.gate.subject import Profile
from webapp.reference.models import CompanyEnd
from webapp.reference.operations import import_table
from webapp.reference.registers import company_end

pytestmark = pytest.mark.usefixtures("database")
HEAD = "code,profile,label,severity,necessity,fields,region,valid_from,valid_to,article,message,mending,instead,source,checked\n"


def load(tmp_path, text, kind="gate_rules"):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    with transaction():
        return import_table(kind, path, by=Actor.command())


def found(text, region=None):
    return {finding.code: finding for finding in check_text(text, Rulebook.current(), today(), region=region)}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("age,,年龄,flag,,,CN,,,某法,不能,,,,", "规则代码要写成 AGE 或 HEALTH.carrier 的样子"),
        ("AGE,,年龄,refuse,,,CN,,,某法,不能,,,,", "severity 只能是"),
        ("AGE,order,年龄,flag,,,CN,,,某法,不能,,,,", "profile 只能是"),
        ("AGE,,年龄,flag,,,山东,,,某法,不能,,,,", "地区要写 CN 或六位行政区划代码"),
        ("AGE,,年龄,flag,,,CN,2026-02-01,2026-01-01,某法,不能,,,,", "早于开始日期"),
        ("AGE,,年龄,flag,,,CN,,,,不能,,,,", "article"),
    ],
)
def test_a_row_is_refused_with_its_reason(tmp_path, row, reason):
    report = load(tmp_path, HEAD + row + "\n")
    assert [reason in refusal.reason for refusal in report.refused] == [True]


def test_an_official_file_changes_what_blocks_here_and_now(tmp_path):
    before = found("40岁以下", "370102")["AGE"]
    load(tmp_path, HEAD + "AGE,,年龄,block,,,370000,2026-01-01,,《某条例》第五条,本省不得写年龄,不写年龄,（删去）,省人社厅,是\n")
    after = found("40岁以下", "370102")["AGE"]
    assert (before.severity.value, after.severity.value, after.basis, after.instead) == ("flag", "block", "《某条例》第五条", "")
    assert found("40岁以下", "320100")["AGE"].basis == before.basis


def test_a_rule_that_a_place_switched_off_is_not_applied_there(tmp_path):
    load(tmp_path, HEAD + "LURE,,诱导性用语,off,,,370100,,,济南市说明,不提示,,,,\n")
    assert ("LURE" in found("轻松月入过万", "370102"), "LURE" in found("轻松月入过万", "370202")) == (False, True)


def test_the_register_of_ended_companies_is_a_table_too(tmp_path):
    load(tmp_path, "uscc,name,status,ended_on,source\n91370000MA3ABCDE1X,某公司,吊销,2026-05-01,市场监管\n", "company_ends")
    with transaction():
        assert session().query(CompanyEnd).count() == 1
        end = company_end("91370000MA3ABCDE1X")
        assert end is not None and end.status == "吊销"
        assert company_end("91370000MA3ABCDE00") is None


def test_every_wording_that_code_recognises_has_a_shipped_rule():
    codes = {row["code"] for row in rows_of("gate_rules")}
    assert {code for family in reading.FAMILIES for code in family.codes} <= codes


def test_every_shipped_rule_says_what_to_do_and_on_which_article():
    for row in rows_of("gate_rules"):
        assert row["article"] and row["message"], row
        assert row["mending"] or row["code"].startswith(REQUIRED), row["code"]
        assert row["profile"] in {"", *(profile.value for profile in Profile)}


def test_an_office_says_which_flags_hold_a_forwarded_row(tmp_path):
    def stops():
        return Forwarding.today(Rulebook.current(), today()).stops(
            {"title": "仓管", "duties": "轻松月入过万，入职须缴纳服装费300元。", "region": "370102"}
        )

    assert stops() == ["FEE"]
    head = HEAD.replace("severity,", "severity,holds,")
    load(tmp_path, head + "LURE,,夸大诱导,flag,是,,,370000,2026-01-01,,某条例,不能,,,,\nFEE,,收费,flag,,,,370100,2026-01-01,,某条例,不能,,,,\n")
    assert stops() == ["LURE"]


def test_what_only_shandong_asks_for_is_asked_for_there():
    for row in rows_of("gate_rules"):
        if "山东省" in row["article"]:
            assert row["region"] == "370000", row["code"]
    book = shipped_book()
    here, there = ({rule.code for rule in book.required("direct", region=region, on=ON)} for region in ("370102", "320102"))
    assert {"MISSING.hazards", "MISSING.title"} <= here
    assert "MISSING.title" in there and "MISSING.hazards" not in there
