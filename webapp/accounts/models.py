from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.access import Level, Role
from webapp.db import Base, UtcDateTime, new_key, now
from webapp.labels import Labelled
from webapp.sealing import Sealed


class Person(Base):
    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None: whoever reads that mailbox has not said so yet, and nothing but the question is sent to it."""
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_reason: Mapped[str | None] = mapped_column(String(200))

    name = Sealed("name_sealed")
    phone = Sealed("phone_sealed")
    email = Sealed("email_sealed")
    id_number = Sealed("id_number_sealed")


class RoleGrant(Base):
    """A role a person holds; staff with level and region, members of an employer with its key."""

    __tablename__ = "role_grant"
    __table_args__ = (Index("ix_role_grant_person", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    role: Mapped[Role]
    level: Mapped[Level | None]
    region: Mapped[str | None] = mapped_column(String(6))
    employer_id: Mapped[UUID | None]
    """The employer is a higher feature: a key, not a foreign key."""
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Session(Base):
    """A signed-in device. The cookie holds a random token; here is its SHA-256 only."""

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_person", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    device: Mapped[str] = mapped_column(String(80), default="")
    """Kind of device for the owner's list (手机浏览器, 电脑浏览器), no user agent string."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    idle_minutes: Mapped[int]
    """Both limits are the parameters in force at sign-in (stricter for staff), so that a request reads one row and no parameter table."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(20))


class CodePurpose(Labelled):
    SIGN_IN = "sign_in", "登录"
    REGISTER = "register", "注册"
    PASSWORD = "password", "修改密码"


class LoginCode(Base):
    """A one-time code: hashed for checking, sealed for sending. The sealed code is wiped once sent, the sealed phone once the code is used."""

    __tablename__ = "login_code"
    __table_args__ = (Index("ix_login_code_phone", "phone_index", "created_at"), Index("ix_login_code_origin", "origin_index", "created_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    purpose: Mapped[CodePurpose]
    phone_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    origin_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Blind index of the network address: counted, never read back."""
    tries: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    phone = Sealed("phone_sealed")
    code = Sealed("code_sealed")


class EmailConfirmation(Base):
    """A link sent to the address a person gave. Its token is hashed for checking and sealed for sending; the sealed one goes into the letter
    and is wiped here."""

    __tablename__ = "email_confirmation"
    __table_args__ = (
        Index("ix_email_confirmation_person", "person_id", "created_at"),
        Index("ix_email_confirmation_email", "email_index", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    email_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    """The address it was asked for: worth nothing once the person has another."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    token = Sealed("token_sealed")


class FailedAttempt(Base):
    """A wrong password or code, counted per account name and per origin whether the account exists or not."""

    __tablename__ = "failed_attempt"
    __table_args__ = (
        Index("ix_failed_attempt_account", "account_index", "at"),
        Index("ix_failed_attempt_origin", "origin_index", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    account_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    origin_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    cleared: Mapped[bool] = mapped_column(default=False)
    """A right password clears what was counted before it."""


class Consent(Base):
    """That a person agreed to a text, which one (version and SHA-256), and when (个人信息保护法 §14, §17)."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_person", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_key)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    purpose: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(20))
    text_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
