from webapp import events
from webapp.events import Event
from webapp.notices import labels
from workers import doorbell
from workers.handlers import BATCH, HANDLERS, INDEX, LISTENERS, NOTIFY, Indexed, IndexedRange, Whole
from workers.silent import SILENT

LISTENING = [listener for listeners in LISTENERS.values() for listener in listeners]


def all_facts() -> set[type[Event]]:
    return {kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event}


def test_every_fact_is_listened_to_or_named_silent() -> None:
    assert all_facts() - set(LISTENERS) - SILENT == set()


def test_no_fact_is_both_listened_to_and_silent() -> None:
    assert set(LISTENERS) & SILENT == set()


def test_every_listener_has_a_handler_and_every_handler_a_listener() -> None:
    assert {listener.name for listener in LISTENING} == set(HANDLERS)


def test_every_queue_that_is_written_to_has_a_worker() -> None:
    assert {listener.queue for listener in LISTENING} == set(doorbell.QUEUES) == {INDEX, NOTIFY, BATCH}


def test_what_writes_the_index_goes_to_the_process_that_holds_its_writer() -> None:
    writes = {name for name, handler in HANDLERS.items() if isinstance(handler, Indexed | IndexedRange | Whole)}
    assert {listener.name for listener in LISTENING if listener.queue == INDEX} == writes


def test_the_operator_reads_every_listener_in_words() -> None:
    assert set(HANDLERS) - set(labels.LISTENER_LABELS) == set()
