"""The facts of the room `inspection`."""

from dataclasses import dataclass

from webapp.events.event import Event


@dataclass(frozen=True, slots=True)
class CampaignPrepared(Event):
    """The population of a campaign of spot checks is frozen; nothing is drawn yet."""

    campaign_id: str
    population: int
    size: int


@dataclass(frozen=True, slots=True)
class CampaignSeedFixed(Event):
    """From now on only who checks is open; the seed itself is told once it was drawn."""

    campaign_id: str


@dataclass(frozen=True, slots=True)
class CampaignDrawn(Event):
    campaign_id: str
    size: int
    inspectors: int


@dataclass(frozen=True, slots=True)
class CampaignFinished(Event):
    campaign_id: str


@dataclass(frozen=True, slots=True)
class CampaignPublished(Event):
    campaign_id: str


@dataclass(frozen=True, slots=True)
class CampaignCancelled(Event):
    campaign_id: str


@dataclass(frozen=True, slots=True)
class CallLogged(Event):
    check_id: str
    outcome: str


@dataclass(frozen=True, slots=True)
class CheckJudged(Event):
    check_id: str
    posting_id: str
    verdict: str


@dataclass(frozen=True, slots=True)
class CheckReopened(Event):
    """The verdict was taken back by whoever leads the campaign: it is checked again."""

    check_id: str


@dataclass(frozen=True, slots=True)
class CheckReassigned(Event):
    check_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class ReportReceived(Event):
    report_id: str
    posting_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class ReportTaken(Event):
    """Somebody of the district owns it from now on, and may read what was written."""

    report_id: str


@dataclass(frozen=True, slots=True)
class ReportOffered(Event):
    """Its owner asked a colleague to take it over."""

    report_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class ReportDecided(Event):
    report_id: str
    posting_id: str
    decision: str


@dataclass(frozen=True, slots=True)
class ReportTransferred(Event):
    report_id: str
    office: str


@dataclass(frozen=True, slots=True)
class ReporterShown(Event):
    """Its owner had the reporter's name and phone shown in full."""

    report_id: str


@dataclass(frozen=True, slots=True)
class ReportPackMade(Event):
    """Its owner had everything of it laid out for printing and handing on."""

    report_id: str


@dataclass(frozen=True, slots=True)
class InspectionForgotten(Event):
    """What reporters wrote of themselves and others, and what inspectors noted of calls, was wiped after the time it is kept."""

    on: str
    reports: int
    calls: int


@dataclass(frozen=True, slots=True)
class PhoneBookChanged(Event):
    """Lines of an area's phone book were added, changed or removed."""

    region: str
    rows: int
