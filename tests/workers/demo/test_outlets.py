"""The demo's outlets: every open posting fits the published schema, and each page has something to show."""

import json

import pytest
from sqlalchemy import func, select

from webapp.config import Settings
from webapp.db import now, session
from webapp.outlets import items, queries, roads, schema
from webapp.outlets.models import Dispatch, DispatchState, Format, Outlet, Run
from webapp.postings.models import Posting
from workers.demo import outlets


@pytest.mark.usefixtures("house")
def test_every_posting_of_the_demo_fits_the_published_schema() -> None:
    rows = session().scalars(select(Posting).where(queries.open_now())).all()
    assert len(rows) >= 2000
    assert {row.id: wrong for row in rows if (wrong := schema.fault(items.item(row, 1)))} == {}


def test_everything_that_left_for_the_province_fits_as_well(house: Settings) -> None:
    roads.settle(house)
    files = sorted(roads.folder(outlets.PROVINCE).glob("*.jsonl"))
    told = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(told) >= 2000 and {wrong for item in told if (wrong := schema.fault(item))} == set()
    assert len({item["identifier"] for item in told}) == len(told)
    assert all(items.line(Format.JSONL, item) for item in told)


def states(slug: str) -> dict[DispatchState, int]:
    wanted = select(Dispatch.state, func.count()).join(Outlet).where(Outlet.slug == slug, Dispatch.is_latest).group_by(Dispatch.state)
    return dict(session().execute(wanted).all())


@pytest.mark.usefixtures("house")
def test_the_province_gave_receipts_refused_some_and_owes_a_few() -> None:
    told = states(outlets.PROVINCE)
    assert (told[DispatchState.REFUSED], told[DispatchState.SENT]) == (3, 12)
    assert told[DispatchState.RECEIPTED] >= 1900 and len(told) == 3


@pytest.mark.usefixtures("house")
def test_the_partner_has_fetched_all_but_a_few() -> None:
    told = states(outlets.PARTNER)
    assert told[DispatchState.DUE] == 5 and told[DispatchState.RECEIPTED] > 50


@pytest.mark.usefixtures("house")
def test_the_screen_has_a_log_with_a_late_morning_in_it() -> None:
    screen = queries.outlet_named(outlets.SCREEN)
    assert screen is not None
    runs = session().scalars(select(Run).where(Run.outlet_id == screen.id).order_by(Run.planned_at)).all()
    assert len(runs) == 4 and all(run.planned > 0 and run.planned_at <= run.began_at <= now() for run in runs)
    assert [(run.began_at - run.planned_at).total_seconds() > 600 for run in runs] == [True, False, False, False]
    assert len(queries.shown_at(screen, 50)) == runs[-1].planned
