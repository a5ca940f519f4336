"""What must hold on SQLite and on PostgreSQL: batches, withdrawals, cards, and several workers at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from tests.factories.sources import json_lines, make_key, make_matrix, make_node, receive, row, send, stored_batch
from webapp import db
from webapp.access import Actor, Grant, Level, Role
from webapp.db import reading, session
from webapp.postings.models import Posting, PostingState
from webapp.sources import duplicates, nodes, queries, receiving
from webapp.sources.models import Batch, BatchMode, BatchState
from webapp.web import paginate

pytestmark = pytest.mark.usefixtures("both")
AT_ONCE = 4
JINAN = (Grant(Role.SYSTEM_ADMIN, Level.CITY, "370100"),)
TEXT = "负责车间农机车架的焊接，看得懂图纸，能用二保焊和氩弧焊；两班倒，每班八小时，服从班组长安排，做好焊缝自检和设备日常保养。"


def job(number):
    return row(number, title="电焊工", company="济南样例机械有限公司", description=TEXT, salary_text="6000-8000元/月")


def at_once(act):
    """Every one in a thread of its own; answers what they answered or raised."""

    def run(number):
        try:
            return act(number)
        except Exception as trouble:
            return trouble
        finally:
            db.end_reading()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def open_keys():
    with reading():
        return sorted(session().scalars(select(Posting.source_key).where(Posting.state == PostingState.OPEN)))


def test_snapshots_deltas_and_withdrawals():
    node = make_node()
    send(node, [row(number) for number in range(1, 6)])
    assert send(node, [row(1), row(2), row(3)], mode=BatchMode.SNAPSHOT).removed == 2
    assert send(node, [{"id": "r1", "removed": True}]).removed == 1
    assert open_keys() == ["r2", "r3"]


def test_the_same_key_sent_by_several_at_once_is_one_batch():
    node = make_node()
    answers = at_once(lambda _: receive(node, json_lines([row(1)]), key="k-1").id)
    assert len(set(answers)) == 1
    with reading():
        assert session().scalar(select(func.count()).select_from(Batch)) == 1


def test_several_workers_carry_out_the_batches_of_a_node_once_and_in_order():
    node = make_node()
    batches = [receive(node, json_lines([row(number) for number in range(first, 40)]), mode=BatchMode.SNAPSHOT) for first in (1, 5, 9)]
    at_once(lambda _: receiving.carry_out(batches[-1].id, lambda: None))
    assert [stored_batch(batch).state for batch in batches] == [BatchState.DONE] * 3
    assert [(stored_batch(batch).added, stored_batch(batch).removed) for batch in batches] == [(39, 0), (0, 4), (0, 4)]
    assert len(open_keys()) == 31


def test_groupings_at_once_choose_one_leader():
    for number in range(1, 5):
        send(make_node(f"节点{number}"), [job(number)])
    assert [answer for answer in at_once(lambda _: duplicates.group_all(by=Actor.SYSTEM)) if isinstance(answer, Exception)] == []
    with reading():
        leading = session().scalar(select(func.count()).where(Posting.state == PostingState.OPEN, Posting.card_id.is_(None)))
    assert leading == 1


def test_every_question_of_the_pages_is_understood():
    keys = make_matrix()
    with reading():
        source = queries.node_of(keys["node"], JINAN)
        assert queries.health_of([source])[source.id].open == 1
        assert paginate(queries.nodes(JINAN), number=1).total == 2
        assert [batch.id for batch in queries.held(JINAN)] == [keys["batch"]]
        assert queries.batch_of(keys["batch"], JINAN).id == keys["batch"]
        assert paginate(queries.batches_of(source), number=1).total == 1
        for settled in (False, True):
            paginate(queries.conflicts(JINAN, settled=settled), number=1)
        assert queries.conflict_of(keys["conflict"], JINAN).id == keys["conflict"]
        assert paginate(queries.cards_with_several(JINAN), number=1).total == 1
        assert nodes.proven(keys["secret"]).source_id == source.id
    with db.transaction():
        assert queries.batch_of(keys["batch"], JINAN, for_change=True) is not None
        assert queries.conflict_of(keys["conflict"], JINAN, for_change=True) is not None
        assert queries.key_of(keys["node_key"], queries.node_of(keys["node"], JINAN, for_change=True)) is not None
    assert make_key(source)[1].startswith("zlk_")
