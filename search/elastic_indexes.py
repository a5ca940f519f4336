"""The indexes of one system on a cluster, and which of them is in use: what `generations` is for the embedded engine.

    <prefix>-postings-as-<layout>  alias of the index in use; who has another layout than this code's finds none
    <prefix>-postings-building     alias of the one a rebuild fills; whoever writes, writes to both
    <prefix>-postings-<random>     one index; `_meta` in its mapping says what made it
    <prefix>-leases                one document: who rebuilds, and until when

A crash leaves an index no reader knows. The next rebuild removes it: it holds the lease, so nobody else is building.
"""

import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from secrets import token_hex
from typing import Any, NamedTuple

from elasticsearch import Elasticsearch

from search.access import Access
from search.elastic_client import ADMIN_SECONDS, WRITE_SECONDS, Cluster, Conflict, Missing, Refusal
from search.elastic_layout import copies, loading, mapping, serving
from search.engine import Unavailable, WriterBusy
from search.fields import FIELDS

LEASE_SECONDS = 60.0
"""By the clocks of the machines, which have to agree to within half of it."""
RENEWED_AFTER = 10.0
COPIES_SECONDS = 60
_LEASE = "rebuild-postings"
log = logging.getLogger(__name__)


class Known(NamedTuple):
    """What is there now: the index in use, the one being built, and what made each."""

    live: str | None
    live_made: Mapping[str, str]
    building: str | None
    building_made: Mapping[str, str]


class Indexes:
    """Knows names, aliases and the lease; no documents."""

    def __init__(self, cluster: Cluster, made: Mapping[str, str]) -> None:
        self._cluster = cluster
        self._access: Access = cluster.access
        self._made = made
        self._family = f"{self._access.prefix}-postings"
        self.live = f"{self._family}-as-{sha256(made['layout'].encode()).hexdigest()[:8]}"
        self.building = f"{self._family}-building"
        self._leases = f"{self._access.prefix}-leases"

    def known(self) -> Known:
        """One small request; asked before every batch, so that a rebuild elsewhere is noticed."""
        found = self._get(f"{self.live},{self.building}")
        names = {alias: name for name, index in found.items() for alias in index.get("aliases", {})}
        live, building = names.get(self.live), names.get(self.building)
        return Known(live, _meta(found, live), building, _meta(found, building))

    def create(self) -> str:
        """A new, empty index that is being built; only under the lease."""
        name = f"{self._family}-{token_hex(6)}"
        settings, fields, aliases = loading(self._access), mapping(FIELDS, self._made), {self.building: dict[str, Any]()}
        self._cluster.call(
            lambda client: client.indices.create(index=name, settings=settings, mappings=fields, aliases=aliases),
            within=ADMIN_SECONDS,
        )
        return name

    def in_use(self) -> list[str]:
        """Ours that are read, by this layout or another."""
        return [name for name, index in self._ours() if self._is_read(index)]

    def publish(self, name: str) -> None:
        """Give the new index its copies, then swap in one step. Fails as a whole where another rebuild has removed it."""
        self._cluster.call(lambda client: client.indices.put_settings(index=name, settings=serving(self._access)), within=ADMIN_SECONDS)
        self._wait_for_copies(name)
        actions: list[dict[str, Any]] = [
            {"add": {"index": name, "alias": self.live}},
            {"remove": {"index": name, "alias": self.building, "must_exist": True}},
        ]
        actions += [{"remove": {"index": old, "alias": f"{self._family}-as-*"}} for old in self.in_use()]
        self._cluster.call(lambda client: client.indices.update_aliases(actions=actions), within=ADMIN_SECONDS)

    def remove(self, name: str) -> None:
        with suppress(Missing):
            self._cluster.call(lambda client: client.indices.delete(index=name), within=ADMIN_SECONDS)

    def remove_strays(self) -> None:
        """Whatever is ours and not in use; only under the lease."""
        for name, index in self._ours():
            if not self._is_read(index):
                log.info("removing an index that is not in use: %s", name)
                self.remove(name)

    def _ours(self) -> list[tuple[str, dict[str, Any]]]:
        pattern = re.compile(rf"{re.escape(self._family)}-[0-9a-f]{{12}}")
        return [(name, index) for name, index in self._get(f"{self._family}-*").items() if pattern.fullmatch(name)]

    def _is_read(self, index: Mapping[str, Any]) -> bool:
        return any(alias.startswith(f"{self._family}-as-") for alias in index.get("aliases", {}))

    @contextmanager
    def leased(self) -> Iterator["Lease"]:
        """Be the only one who rebuilds; raise WriterBusy when somebody else does."""
        settings = {"number_of_shards": 1, **copies(self._access)}
        fields = {"dynamic": "strict", "properties": {"owner": {"type": "keyword"}, "until": {"type": "double"}}}
        try:
            self._cluster.call(lambda client: client.indices.create(index=self._leases, settings=settings, mappings=fields), within=ADMIN_SECONDS)
        except Refusal as refused:
            if refused.kind != "resource_already_exists_exception":
                raise
        lease = Lease(self._cluster, self._leases)
        lease.take()
        try:
            yield lease
        finally:
            lease.let_go()

    def _get(self, names: str) -> dict[str, Any]:
        """Index -> its aliases and _meta."""
        wanted = "*.aliases,*.mappings._meta"
        return dict(
            self._cluster.call(lambda client: client.indices.get(index=names, ignore_unavailable=True, filter_path=wanted).body, within=WRITE_SECONDS)
        )

    def _wait_for_copies(self, name: str) -> None:
        """So that a node may be lost right after the swap. Where copies cannot be made the index is used without them."""
        try:
            self._cluster.call(
                lambda client: client.cluster.health(index=name, wait_for_no_initializing_shards=True, timeout=f"{COPIES_SECONDS}s"),
                within=COPIES_SECONDS + ADMIN_SECONDS,
            )
        except Unavailable as reason:
            log.warning("the new index is used before all its copies are made: %s", reason)


class Lease:
    """A document changed only by whoever saw it last: two who want it cannot both get it."""

    def __init__(self, cluster: Cluster, index: str) -> None:
        self._cluster = cluster
        self._index = index
        self._owner = token_hex(8)
        self._seen: dict[str, int] = {}
        self._renewed = 0.0

    def take(self) -> None:
        held = self._read()
        if held and held["_source"]["until"] > time.time():
            raise WriterBusy("somebody else is rebuilding the index")
        self._seen = {"if_seq_no": held["_seq_no"], "if_primary_term": held["_primary_term"]} if held else {}
        self._write()

    def renew(self) -> None:
        """Cheap enough to be called before every batch. Raise WriterBusy when it was lost meanwhile."""
        if time.monotonic() - self._renewed > RENEWED_AFTER:
            self._write()

    def let_go(self) -> None:
        """What cannot be given back ends by itself."""
        with suppress(Unavailable, WriterBusy):
            self._write(until=0.0)

    def _read(self) -> dict[str, Any] | None:
        try:
            return dict(self._cluster.call(lambda client: client.get(index=self._index, id=_LEASE).body, within=WRITE_SECONDS))
        except Missing:
            return None

    def _write(self, until: float | None = None) -> None:
        document = {"owner": self._owner, "until": time.time() + LEASE_SECONDS if until is None else until}
        how: dict[str, Any] = dict(self._seen) or {"op_type": "create"}
        sending = self._sending(document, how)
        try:
            answer = self._cluster.call(sending, within=WRITE_SECONDS)
        except Conflict as first:
            raise WriterBusy("somebody else is rebuilding the index") from first
        self._seen = {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}
        self._renewed = time.monotonic()

    def _sending(self, document: dict[str, Any], how: dict[str, Any]) -> Any:
        def send(client: Elasticsearch) -> Any:
            return client.index(index=self._index, id=_LEASE, document=document, **how)

        return send


def _meta(found: Mapping[str, Any], name: str | None) -> Mapping[str, str]:
    return found[name].get("mappings", {}).get("_meta", {}) if name else {}
