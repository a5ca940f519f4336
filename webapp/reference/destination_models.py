"""The tables that casework reads destinations by: codes of a year, kinds of evidence, wordings of pressure, purposes of a comparison."""

from sqlalchemy import JSON, Boolean, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base
from webapp.labels import Labelled


class DestinationGroup(Labelled):
    """What a code of any year's table comes to."""

    EMPLOYED = "employed", "就业"
    SELF_EMPLOYED = "self_employed", "自主创业"
    FLEXIBLE = "flexible", "灵活就业"
    STUDY = "study", "升学"
    ABROAD = "abroad", "出国（境）"
    ARMY = "army", "应征入伍"
    PROGRAMME = "programme", "基层项目"
    WAITING = "waiting", "待就业"
    NOT_LOOKING = "not_looking", "暂不就业"


class Weight(Labelled):
    """What a piece of evidence is worth."""

    PROOF = "proof", "证明"
    STATEMENT = "statement", "本人说明"
    """Enough for what only the person can know; of a job it is a hint that waits for proof."""
    REFUSED = "refused", "不得作为证明"


class DestinationCode(Base):
    """One 去向 of the dictionary of a year of graduation."""

    __tablename__ = "destination_code"

    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    """0: a dictionary whose year was not seen; it stands in until the table of a year is imported."""
    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    label: Mapped[str] = mapped_column(String(40))
    kind: Mapped[DestinationGroup]
    numerator: Mapped[bool] = mapped_column(Boolean)
    """Counts as 落实 in the 毕业去向落实率."""
    source: Mapped[str] = mapped_column(Text, default="")
    checked: Mapped[bool] = mapped_column(Boolean, default=False)


class EvidenceKind(Base):
    """A paper that may be shown, and which destinations it proves."""

    __tablename__ = "evidence_kind"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    label: Mapped[str] = mapped_column(String(40))
    weight: Mapped[Weight]
    proves: Mapped[list[str]] = mapped_column(JSON)
    """Groups of destinations."""
    article: Mapped[str] = mapped_column(Text, default="")
    """Of what is refused: which rule says so."""
    source: Mapped[str] = mapped_column(Text, default="")
    checked: Mapped[bool] = mapped_column(Boolean, default=False)


class PressurePhrase(Base):
    """Words that press a graduate to sign: parts in their order, near each other."""

    __tablename__ = "pressure_phrase"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    words: Mapped[list[str]] = mapped_column(JSON)
    unless: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Words just before them that turn the sentence into its opposite: 不得, 不准."""
    article: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, default="")
    checked: Mapped[bool] = mapped_column(Boolean, default=False)


class ComparisonPurpose(Base):
    """Why files of another department may be compared, on which basis, and how long what they say is kept."""

    __tablename__ = "comparison_purpose"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    label: Mapped[str] = mapped_column(String(80))
    basis: Mapped[str] = mapped_column(Text)
    keep_days: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text, default="")
    checked: Mapped[bool] = mapped_column(Boolean, default=False)
