from dataclasses import dataclass

from webapp.events.event import Event


@dataclass(frozen=True, slots=True)
class ApplicationSent(Event):
    """`consents`: with the seeker's consent that the employer sees name and phone; a fact of before it was kept says no."""

    application_id: str
    consents: bool = False


@dataclass(frozen=True, slots=True)
class ApplicationOpened(Event):
    """A member of the employer opened it: from now on it shows what the seeker consented to show."""

    application_id: str


@dataclass(frozen=True, slots=True)
class ApplicationWithdrawn(Event):
    application_id: str


@dataclass(frozen=True, slots=True)
class ApplicationConsentChanged(Event):
    """The seeker lets the employer see name and phone from now on, or no longer."""

    application_id: str
    given: bool


@dataclass(frozen=True, slots=True)
class ApplicationAnswered(Event):
    """The employer said something: contacted, invited, offered or refused. `reason` is a code, empty but for a refusal."""

    application_id: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class ApplicationDeclined(Event):
    """The seeker does not take the offer."""

    application_id: str


@dataclass(frozen=True, slots=True)
class ApplicationLapsed(Event):
    """The clock ended it, or that its posting was taken down."""

    application_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ApplicationHired(Event):
    """A person was taken on (`on`: ISO date): the loop of the posting is closed by one."""

    application_id: str
    posting_id: str
    on: str


@dataclass(frozen=True, slots=True)
class InterviewArranged(Event):
    """A time was set, or with a higher `sequence` another one."""

    interview_id: str
    sequence: int


@dataclass(frozen=True, slots=True)
class InterviewCancelled(Event):
    interview_id: str


@dataclass(frozen=True, slots=True)
class InterviewAnswered(Event):
    """The seeker will come, or asks for another time: `state` says which."""

    interview_id: str
    state: str


@dataclass(frozen=True, slots=True)
class EmploymentRegistered(Event):
    """The employer says that it registered the employment `on` this day (ISO date)."""

    hire_id: str
    on: str


@dataclass(frozen=True, slots=True)
class HireFellThrough(Event):
    """The person who was taken on never began."""

    hire_id: str
