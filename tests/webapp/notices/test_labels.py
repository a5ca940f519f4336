from dataclasses import fields

from webapp import events
from webapp.events import Event
from webapp.notices import labels


def all_events() -> set[str]:
    return {kind.__name__ for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event}


def test_every_fact_has_a_chinese_name() -> None:
    assert all_events() - set(labels.EVENT_LABELS) == set()


def test_no_name_stands_for_a_fact_that_is_gone() -> None:
    assert set(labels.EVENT_LABELS) - all_events() == set()


def test_every_part_of_a_fact_has_a_chinese_name() -> None:
    parts = {field.name for name in all_events() for field in fields(getattr(events, name))}
    assert parts - set(labels.FIELD_LABELS) == set()


def test_the_details_leave_the_subject_out_and_speak_chinese() -> None:
    assert labels.details({"person_id": "p1", "role": "reviewer", "region": "370100"}) == "角色 审核员，地区 370100"
    assert labels.details({"posting_id": "p1"}) == ""


def test_no_two_facts_share_a_name() -> None:
    assert len(set(labels.EVENT_LABELS.values())) == len(labels.EVENT_LABELS)


def test_a_process_is_named_by_its_kind() -> None:
    assert labels.process_label("relay") == "调度"
    assert labels.process_label("worker:notify:host-1") == "处理：通知"
    assert labels.process_label("something") == "something"


def test_an_origin_is_named_and_a_source_by_its_name() -> None:
    assert [labels.origin_label(origin) for origin in ("web", "source:省平台", "new")] == ["网页", "来源：省平台", "new"]
