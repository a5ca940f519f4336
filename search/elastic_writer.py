"""Documents into Elasticsearch, in batches whose every line is looked at: a bulk request answers 200 whatever happened inside.

A version is the document's own (external): an older or equal one answers 409, which is success, and nothing is ever
read before it is written. A removal is a document too, because a deleted one's version is forgotten after a minute.
Every batch goes to the aliases, never to an index by name: a name that is gone would be made anew, with any fields.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from search.analysis import Analysis
from search.breaker import Away
from search.documents import PostingDocument
from search.elastic_client import ADMIN_SECONDS, WRITE_SECONDS, Cluster, Missing, told
from search.elastic_indexes import Indexes
from search.elastic_layout import source
from search.engine import Refused, Unavailable, WriterBusy
from search.fields import entry

AT_ONCE = 500
"""Documents of one bulk request, about 3 MB."""
SIGNS_AT_ONCE = 2_000_000
"""Of text in one bulk request: a server takes 100 MB, a sign makes up to 12 bytes of tokens."""
_OLDER = 409
_GONE = 404
log = logging.getLogger(__name__)
_Line = dict[str, Any]


class Sent(NamedTuple):
    """How many documents were newer than what is there, and which can never be taken, and why."""

    taken: int
    refused: dict[str, str]


class ElasticWriter:
    """Writes to the index in use and to the one being built. Any number of them may be at work, in any process.

    What was put is durable at once; the flush makes it findable. A writer that ends by an exception forgets only what it
    had not sent yet: the rest is as true as if it came from another process.
    """

    def __init__(self, cluster: Cluster, indexes: Indexes, analysis: Analysis, made: Mapping[str, str]) -> None:
        self._cluster, self._indexes = cluster, indexes
        self._analysis, self._made = analysis, made
        self._unseen = False

    def put(self, documents: Iterable[PostingDocument]) -> int:
        taken, refused = 0, dict[str, str]()
        for batch in batches(documents):
            lines = [bulk_line(document, self._analysis) for document in batch]
            count, bad = self._send(lines)
            taken += count
            refused |= bad
        if refused:
            raise Refused(refused)
        return taken

    def flush(self) -> None:
        """Also where nothing was taken: it may have been, by a try whose answer was lost."""
        if self._unseen:
            with suppress(Missing):
                refresh(self._cluster, self._indexes.live)
            self._unseen = False

    def _send(self, lines: list[_Line]) -> Sent:
        """To the index being built, then to the one in use, whose count is the answer.

        To ask before each batch which there are is enough: a rebuild that begins later reads rows that are as new as
        these documents, and one that ends in between moves the alias of the index in use to the new one.
        """
        is_building, is_live = self._asked()
        self._unseen = True
        taken, refused = 0, dict[str, str]()
        if is_building:
            try:
                taken, refused = send(self._cluster, self._indexes.building, lines, within=WRITE_SECONDS)
            except Missing:  # it was swapped in, or given up
                is_live = True
        if is_live:
            taken, others = send(self._cluster, self._indexes.live, lines, within=WRITE_SECONDS)
            refused |= others
        return Sent(taken, refused)

    def _asked(self) -> tuple[bool, bool]:
        """Whether an index is being built, and whether one is in use."""
        known = self._indexes.known()
        is_building = known.building is not None
        if is_building and dict(known.building_made) != dict(self._made):
            raise WriterBusy("the index is being rebuilt by another version of this system")
        if not is_building and known.live is None:
            raise Unavailable("there is no index of this layout: it has to be rebuilt")
        return is_building, known.live is not None


def batches(documents: Iterable[PostingDocument]) -> Iterator[list[PostingDocument]]:
    """Of so many documents or so much text."""
    batch, signs = list[PostingDocument](), 0
    for document in documents:
        batch.append(document)
        signs += len(document.body)
        if len(batch) == AT_ONCE or signs > SIGNS_AT_ONCE:
            yield batch
            batch, signs = [], 0
    if batch:
        yield batch


def bulk_line(document: PostingDocument, analysis: Analysis) -> _Line:
    """Key, version and body of one document."""
    buried = date.today().toordinal() if document.deleted else None  # noqa: DTZ011 - only its age in weeks counts
    body = source(document.key, entry(document, analysis), buried_on=buried)
    return {"key": document.key, "version": document.version, "body": body}


def send(cluster: Cluster, alias: str, lines: list[_Line], *, within: float) -> Sent:
    """Raise Unavailable when any document might be taken later."""
    operations: list[_Line] = []
    for line in lines:
        operations += [{"index": {"_id": line["key"], "version": line["version"], "version_type": "external"}}, line["body"]]
    seconds = max(1, round(within) - 1)  # before we give up, so that it says why

    answer = cluster.call(
        lambda client: client.bulk(index=alias, operations=operations, require_alias=True, timeout=f"{seconds}s"),
        within=within,
    )
    sent = _read(answer["items"], alias)
    if sent.refused:
        log.warning("%d documents were refused: %s", len(sent.refused), dict(islice(sent.refused.items(), 3)))
    return sent


def _read(items: Iterable[Mapping[str, Any]], alias: str) -> Sent:
    taken, refused, later = 0, dict[str, str](), list[str]()
    for item in items:
        result = item["index"]
        status = result["status"]
        if status < 300:
            taken += 1
        elif status in {_GONE} or status == 429 or status >= 500:
            later.append(f"{status} {told(result)}")
        elif status != _OLDER:
            refused[result["_id"]] = f"{status} {told(result)}"
    if later:
        raise _not_yet(later, alias)
    return Sent(taken, refused)


def _not_yet(later: list[str], alias: str) -> Unavailable:
    """The whole batch is put again, which does no harm; what was refused is refused again then."""
    if later[0].startswith(str(_GONE)):
        return Missing(f"{alias} is gone: {later[0]}", "index_not_found_exception")
    return Away(f"Elasticsearch did not take {len(later)} documents: {later[0]}")


def refresh(cluster: Cluster, alias: str) -> None:
    cluster.call(lambda client: client.indices.refresh(index=alias), within=ADMIN_SECONDS)


def purge(cluster: Cluster, alias: str, tombstones: Iterable[tuple[str, int]]) -> int:
    """Remove what still has the version it was seen with; answer how many."""
    removed = 0
    rest = iter(tombstones)
    while batch := list(islice(rest, AT_ONCE)):
        operations = [{"delete": {"_id": key, "version": version, "version_type": "external_gte"}} for key, version in batch]
        answer = cluster.call(_bulk(alias, operations), within=ADMIN_SECONDS)
        removed += sum(item["delete"]["status"] < 300 for item in answer["items"])
    return removed


def _bulk(alias: str, operations: list[_Line]) -> Any:
    return lambda client: client.bulk(index=alias, operations=operations, require_alias=True)
