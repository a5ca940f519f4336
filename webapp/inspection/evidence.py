"""What a posting said at an instant, kept as it was shown: a later change, withdrawal or take-down does not touch it."""

import hashlib
import json
from datetime import datetime
from typing import Any

from webapp.db import now
from webapp.employers.models import Employer
from webapp.postings import showing
from webapp.postings.models import Posting

Evidence = dict[str, Any]


def of_posting(posting: Posting, employer: Employer | None, *, at: datetime | None = None) -> Evidence:
    """Every field its page shows, in the page's words, with version and time."""
    return {
        "taken_at": (at or now()).isoformat(timespec="seconds"),
        "posting_id": str(posting.id),
        "version": posting.version,
        "state": posting.state.value,
        "title": posting.title,
        "employer": posting.employer_name,
        "employer_code": employer.uscc if employer else "",
        "place": showing.place(posting),
        "source": showing.source(posting),
        "source_key": posting.source_key or "",
        "source_on": posting.source_on,
        "valid_from": f"{posting.valid_from or ''}",
        "valid_through": f"{posting.valid_through or ''}",
        "elements": [[label, text] for label, text in showing.elements(posting, employer)],
    }


def digest(evidence: Evidence) -> str:
    """SHA-256 of its JSON (keys sorted, no spaces, UTF-8)."""
    told = json.dumps(evidence, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()
