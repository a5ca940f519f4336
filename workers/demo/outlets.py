"""Where the demo's postings are published: the province's folder with its receipts, a market's screen with its log, a partner that fetches.

Unlike what lies in the past, this is done by the real operations when the demo is loaded: the folder under `var/outbox` is really written,
and the province's receipts really read. Only the times of the screen's earlier publications are set back to when they were planned.
"""

import json
from collections.abc import Iterable
from datetime import time, timedelta

from sqlalchemy import select, update

from webapp.access import Actor
from webapp.config import Settings
from webapp.db import now, reading, session, transaction
from webapp.outlets import operations, publishing, queries, roads, tending
from webapp.outlets.models import Dispatch, Outlet, OutletKind, Publication, Rhythm, Run, Way
from webapp.outlets.operations import OutletValues, PublicationValues
from webapp.outlets.selection import Selection
from webapp.outlets.timing import Timing
from workers.demo.calendar import dice

PROVINCE, SCREEN, PARTNER = "shandong", "lanshan-market", "linyi-talent"
_OUTLETS: dict[str, OutletValues] = {
    PROVINCE: OutletValues(name="省公共招聘网（演示）", kind=OutletKind.PROVINCE, region="370000", way=Way.DROP),
    SCREEN: OutletValues(name="兰山区零工市场大屏", kind=OutletKind.SCREEN, region="371302", way=Way.SHOW, rhythm=Rhythm.PLANNED),
    PARTNER: OutletValues(name="沂蒙人才网（演示）", kind=OutletKind.PARTNER, region="371300", way=Way.PULL, selection=Selection(direct_only=True)),
}
_PLAN = PublicationValues(title="兰山早市岗位", region="371302", timing=Timing(time(7), (1, 2, 3, 4, 5, 6)), at_most=30)
_EDITIONS = 4
_LATE = timedelta(minutes=52)
"""One morning the platform was started late; the log says so."""
_REFUSALS = ("岗位名称与职业不符，请核对", "同一岗位已由来源平台上报", "工作地点不完整")
_UNANSWERED = 12
"""The last ones the province has not looked at yet."""


def publish(settings: Settings) -> None:
    """Opens its own transactions; what a load that was ended had done is gone on with."""
    roads.settle(settings)
    with transaction():
        made = {slug: queries.outlet_named(slug) or operations.add_outlet(slug, values, by=Actor.command()) for slug, values in _OUTLETS.items()}
    tending.serve(_alone)
    _answer_for_the_province()
    with transaction():
        for outlet in made.values():
            queries.locked(outlet.id).checked_at = None
        _fetch(queries.locked(made[PARTNER].id))
    tending.serve(_alone)
    _publish_on_the_screen(made[SCREEN])


def _alone() -> None:
    """Nobody else works on the demo while it is loaded: there is no lease to keep."""


def _answer_for_the_province() -> None:
    """A receipt file, as the province's side would lay it down."""
    with reading() as read:
        wanted = select(Dispatch.posting_id, Dispatch.number).join(Outlet).where(Outlet.slug == PROVINCE, Dispatch.is_latest)
        given = read.execute(wanted.order_by(Dispatch.number)).all()[:-_UNANSWERED]
    refused = dict(zip(dice("refused by the province").sample(range(len(given)), len(_REFUSALS)), _REFUSALS, strict=True))
    words: dict[str, list[dict[str, object]]] = {"receipts": [], "refused": []}
    for place, (posting_id, number) in enumerate(given):
        item: dict[str, object] = {"identifier": str(posting_id), "version": number}
        if place in refused:
            words["refused"].append(item | {"reason": refused[place]})
        else:
            words["receipts"].append(item | {"receipt": f"SD{number:08d}"})
    folder = roads.folder(PROVINCE) / "receipts"
    folder.mkdir(parents=True, exist_ok=True)
    for number, part in enumerate(_parts(words)):
        (folder / f"{number:03d}.json").write_text(json.dumps(part, ensure_ascii=False), encoding="utf-8")


def _parts(words: dict[str, list[dict[str, object]]], size: int = 500) -> Iterable[dict[str, list[dict[str, object]]]]:
    yield {"refused": words["refused"]}
    for start in range(0, len(words["receipts"]), size):
        yield {"receipts": words["receipts"][start : start + size]}


def _fetch(outlet: Outlet) -> None:
    """They came a while ago, and have all but the last few."""
    operations.note_pull(outlet, outlet.last_number - 5, now())


def _publish_on_the_screen(screen: Outlet) -> None:
    with transaction():
        known = session().scalar(select(Publication).where(Publication.title == _PLAN.title))
        plan = known or operations.plan_publication(_PLAN, [screen], by=Actor.command())
        first = due = plan.timing.last_due(now())
        for _ in range(_EDITIONS - 1):
            first = plan.timing.last_due(first - timedelta(minutes=1))
        if known is None:
            plan.next_at = first
    while plan.next_at <= due:
        at = plan.next_at + (_LATE if plan.next_at == first else timedelta(seconds=20))
        with transaction():
            plan = session().get_one(Publication, plan.id)
            publishing.carry_out(plan.id, min(at, now()))
            _set_back(plan)


def _set_back(plan: Publication) -> None:
    """What the last run told was told when it began."""
    run = session().scalars(select(Run).where(Run.publication_id == plan.id).order_by(Run.planned_at.desc()).limit(1)).one()
    then = {"created_at": run.began_at, "sent_at": run.began_at, "settled_at": run.began_at}
    session().execute(update(Dispatch).where(Dispatch.run_id == run.id).values(then))
