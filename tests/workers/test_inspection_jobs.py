from datetime import timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner

from tests.factories.inspection import SEED, make_draw, make_inspector, make_report
from tests.factories.postings import make_forwarded
from tests.workers.support import deliveries
from webapp.config import Settings
from webapp.db import now, reading, session, today, transaction
from webapp.inspection.models import Campaign, PublicReport, ReportState, Stratum
from webapp.ledger import DeliveryState
from webapp.notices.models import Notice, NoticeKind
from workers import schedule
from workers.carrying import carry_one
from workers.cli import main


def carried(house: Settings) -> None:
    schedule.plan(now())
    while carry_one("batch", house):
        pass
    assert {one.state for one in deliveries("run_upkeep")} == {DeliveryState.DONE}


def test_the_batch_queue_reminds_inspectors_and_proposes_the_months_campaign(house: Settings) -> None:
    busy, idle = make_inspector("370100"), make_inspector("370200")
    make_forwarded()
    campaign, _ = make_draw(busy, due_on=today() + timedelta(days=1))
    carried(house)
    with reading():
        told = {(row.person_id, row.subject) for row in session().query(Notice).filter(Notice.kind == NoticeKind.CHECK)}
    assert (busy.id, f"{campaign.id}:soon") in told
    assert (idle.id, f"propose:370200:{today():%Y%m}") in told
    assert (busy.id, f"propose:370100:{today():%Y%m}") not in told


def test_the_batch_queue_wipes_what_is_past_its_time(house: Settings) -> None:
    reports = [make_report(make_forwarded(source_key=f"{number}"), origin=bytes([number]) * 32, phone="13933334444")[0] for number in range(2)]
    with transaction():
        old = session().get_one(PublicReport, reports[0].id)
        old.state, old.decided_at = ReportState.DECIDED, now() - timedelta(days=2000)
    carried(house)
    with reading():
        assert [session().get_one(PublicReport, row.id).phone for row in reports] == [None, "13933334444"]


def test_an_operator_draws_again_at_the_command_line(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    planner = make_inspector()
    for number in range(10):
        make_forwarded(source_key=f"{number}")
    campaign, _ = make_draw(planner, rate=3000)
    monkeypatch.setattr("workers.commands.inspection.house", lambda **_: reading())
    answer = CliRunner().invoke(main, ["spot-check", "verify", str(campaign.id)])
    assert (answer.exit_code, answer.output.count("一致")) == (0, 3), answer.output
    assert campaign.seed.startswith(f"{SEED}-") and f"种子 {campaign.seed}，样本 3 个" in answer.output
    with transaction():
        session().get_one(Campaign, campaign.id).seed = "87654321"
    answer = CliRunner().invoke(main, ["spot-check", "verify", str(campaign.id)])
    assert answer.exit_code == 1 and "不一致  抽到的岗位" in answer.output
    with transaction():
        session().query(Stratum).filter(Stratum.campaign_id == campaign.id).one().keys = b"x" * 160
    answer = CliRunner().invoke(main, ["spot-check", "verify", str(campaign.id)])
    assert answer.exit_code == 1 and "不一致  总体指纹" in answer.output
    assert CliRunner().invoke(main, ["spot-check", "verify", str(uuid4())]).exit_code == 1
    assert CliRunner().invoke(main, ["spot-check", "verify", "nonsense"]).exit_code == 2
