"""Where an Elasticsearch is and how it is entered; known without importing its client."""

import re
from dataclasses import dataclass, field

AUTOMATIC = "0-1"
"""No copy on a cluster of one node, one copy as soon as there are several."""


@dataclass(frozen=True, slots=True)
class Access:
    """`urls`: any nodes of one cluster. `prefix` begins the name of every index, so that several systems share a cluster.

    `replicas` is a number, or a range that follows the number of nodes. `shards`: one until an index outgrows 30 GB. `ca_certs` is a
    file; https addresses are always verified. Raise ValueError for what no cluster would take.
    """

    urls: tuple[str, ...] = field(repr=False)
    api_key: str | None = field(default=None, repr=False)
    ca_certs: str | None = None
    prefix: str = "zhilu"
    shards: int = 1
    replicas: str = AUTOMATIC

    def __post_init__(self) -> None:
        if not self.urls or not all(re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url) for url in self.urls):
            raise ValueError("an address is http(s)://host:port")
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,60}", self.prefix):
            raise ValueError("an index name is lower-case letters, digits, - and _")
        if not 1 <= self.shards <= 1024:
            raise ValueError("shards are 1 to 1024")
        if not re.fullmatch(r"\d{1,2}|\d-(\d{1,2}|all)", self.replicas):
            raise ValueError("replicas are a number, or a range such as 0-1")
