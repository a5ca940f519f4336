"""Who may do what: the one list of roles, the permissions of each, and the guard every route must wear.

A route says `@public`, `@requires(Permission.X)`, `@keyed` (machines, the view asks for the key) or `@node_only` (source nodes, the guard asks
for it); `app.py` refuses to start with a route that says none, and checks before every request. What a key opens no cookie does, so no form
token is asked for. Rows are scoped in queries: a reviewer's by region (`Grant.covers`), an employer's by membership. What a person may not
see is not found (404); what a role may not do is forbidden (403).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from flask import Flask, abort, current_app, g, jsonify, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.labels import Labelled

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., Any])
KEYED = "keyed"
NODE = "node"
"""The mark of a route for nodes, and the name under which `app.py` lays down who knows their keys."""


class Role(Labelled):
    SEEKER = "seeker", "求职者"
    EMPLOYER_OWNER = "employer_owner", "用人单位管理员"
    EMPLOYER_MEMBER = "employer_member", "用人单位成员"
    AGENT = "agent", "人力资源服务机构"
    REVIEWER = "reviewer", "审核员"
    INSPECTOR = "inspector", "监察员"
    OFFICER = "officer", "企业服务专员"
    CASEWORKER = "caseworker", "就业专员"
    MARKET_STAFF = "market_staff", "零工市场工作人员"
    SCHOOL_STAFF = "school_staff", "院校工作人员"
    LEADER = "leader", "领导"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"
    SOURCE_NODE = "source_node", "来源节点"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""Nobody holds two of these (GB/T 22239-2019 8.1.4: three separated administrators)."""
STAFF = ADMINISTRATORS | {
    Role.REVIEWER,
    Role.INSPECTOR,
    Role.OFFICER,
    Role.CASEWORKER,
    Role.MARKET_STAFF,
    Role.SCHOOL_STAFF,
    Role.LEADER,
}


class Level(Labelled):
    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县（市、区）"
    STREET = "street", "街道（乡镇）"
    COMMUNITY = "community", "社区（村）"


class Permission(StrEnum):
    ACCOUNT_OWN = "account.own"
    """Everybody signed in: own account, sessions, inbox."""
    PROFILE_KEEP = "profile.keep"
    SEARCH_SAVE = "search.save"
    APPLICATION_SEND = "application.send"
    EMPLOYER_REGISTER = "employer.register"
    EMPLOYER_READ = "employer.read"
    EMPLOYER_MANAGE = "employer.manage"
    POSTING_WRITE = "posting.write"
    APPLICATION_READ = "application.read"
    APPLICATION_ANSWER = "application.answer"
    """To invite, refuse and hire who applied."""
    POSTING_REVIEW = "posting.review"
    EMPLOYER_VERIFY = "employer.verify"
    GATE_READ = "gate.read"
    """The rules by which publications are checked, with their articles and dates."""
    FIGURES_READ = "figures.read"
    SEARCH_REPORT = "search.report"
    """What was searched and not found: sums of many, of the own area."""
    WORDING_KEEP = "wording.keep"
    """To say what a word means, for everybody who searches."""
    CHECK_PLAN = "check.plan"
    """To draw a campaign of spot checks of the own area, follow it and publish it."""
    CHECK_RUN = "check.run"
    """To be drawn as an inspector, and to work off the own checks."""
    REPORT_HANDLE = "report.handle"
    """Reports of the public about postings of the own area."""
    PHONES_KEEP = "phones.keep"
    NEED_READ = "need.read"
    """The 用工需求台账 of the own area."""
    NEED_KEEP = "need.keep"
    """To log visits and needs of the employers one is responsible for."""
    NEED_ANNOUNCE = "need.announce"
    """An employer says itself what it needs."""
    CARE_ASSIGN = "care.assign"
    """To say who is responsible for which employer; only in a grant of a county or wider."""
    CATALOGUE_PUBLISH = "catalogue.publish"
    """To compute and publish the 急需紧缺目录; only in a grant of a city or wider."""
    OUTLET_READ = "outlet.read"
    """Where postings of the own area are published, and what became of them."""
    OUTLET_MANAGE = "outlet.manage"
    SOURCE_READ = "source.read"
    """Source nodes of the own area, their batches and duplicates."""
    SOURCE_MANAGE = "source.manage"
    """To keep nodes and their keys, upload, let held snapshots through."""
    CONFLICT_SETTLE = "conflict.settle"
    """To decide what is one job, and which source is right about it."""
    CASE_READ = "case.read"
    """People looked after by name in the own area, and the figures about them; sensitive fields stay masked."""
    CASE_KEEP = "case.keep"
    """To hold cases of the own area and to write in the own ones."""
    CASE_LEAD = "case.lead"
    """To import rosters, assign, hand over, decide conflicts and freeze registers; only in a grant of a county or wider."""
    CASE_OWN = "case.own"
    """To see and correct what is stored about oneself."""
    STAFF_MANAGE = "staff.manage"
    DELIVERIES_READ = "deliveries.read"
    LEDGER_READ = "ledger.read"


_OWN = frozenset({Permission.ACCOUNT_OWN})
_MEMBER = _OWN | {
    Permission.EMPLOYER_READ,
    Permission.POSTING_WRITE,
    Permission.APPLICATION_READ,
    Permission.APPLICATION_ANSWER,
    Permission.NEED_ANNOUNCE,
}
_STAFF = _OWN | {Permission.FIGURES_READ}
_WORDS = frozenset({Permission.SEARCH_REPORT, Permission.WORDING_KEEP})
_INSPECTION = frozenset({Permission.CHECK_RUN, Permission.REPORT_HANDLE, Permission.PHONES_KEEP})
_DEMAND = frozenset({Permission.NEED_READ, Permission.NEED_KEEP, Permission.CARE_ASSIGN, Permission.CATALOGUE_PUBLISH})
_OUTLETS = frozenset({Permission.OUTLET_READ})
_CASES = frozenset({Permission.CASE_READ, Permission.CASE_KEEP, Permission.CASE_LEAD})
_SOURCES = frozenset({Permission.SOURCE_READ, Permission.CONFLICT_SETTLE})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SEEKER: _OWN
    | {Permission.PROFILE_KEEP, Permission.SEARCH_SAVE, Permission.APPLICATION_SEND, Permission.EMPLOYER_REGISTER, Permission.CASE_OWN},
    Role.EMPLOYER_OWNER: _MEMBER | {Permission.EMPLOYER_MANAGE},
    Role.EMPLOYER_MEMBER: _MEMBER,
    Role.AGENT: _OWN,
    Role.REVIEWER: _STAFF
    | _WORDS
    | _INSPECTION
    | _OUTLETS
    | _SOURCES
    | {Permission.POSTING_REVIEW, Permission.EMPLOYER_VERIFY, Permission.NEED_READ, Permission.GATE_READ},
    Role.INSPECTOR: _STAFF | _INSPECTION | {Permission.CHECK_PLAN, Permission.GATE_READ},
    Role.OFFICER: _STAFF | _WORDS | _DEMAND | _OUTLETS | _SOURCES,
    Role.CASEWORKER: _STAFF | _CASES,
    Role.MARKET_STAFF: _STAFF,
    Role.SCHOOL_STAFF: _OWN,
    Role.LEADER: _STAFF
    | _OUTLETS
    | {Permission.CASE_READ, Permission.SEARCH_REPORT, Permission.NEED_READ, Permission.CATALOGUE_PUBLISH, Permission.SOURCE_READ},
    Role.SYSTEM_ADMIN: _OWN
    | _WORDS
    | _OUTLETS
    | {
        Permission.STAFF_MANAGE,
        Permission.DELIVERIES_READ,
        Permission.OUTLET_MANAGE,
        Permission.SOURCE_READ,
        Permission.SOURCE_MANAGE,
        Permission.GATE_READ,
    },
    Role.SECURITY_ADMIN: _OWN,
    Role.AUDIT_ADMIN: _OWN | {Permission.LEDGER_READ},
    Role.SOURCE_NODE: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, in which role, from where. Frozen, so no job can forge one that a request did not make."""

    person_id: UUID | None
    role: str
    origin: str
    """`web`, `cli`, `worker`, or `source:<name>`; never an address or a name of a person."""

    SYSTEM: ClassVar["Actor"]

    @classmethod
    def source(cls, name: str) -> "Actor":
        return cls(None, Role.SOURCE_NODE.value, f"source:{name}"[:120])

    @classmethod
    def command(cls) -> "Actor":
        """An operator at the command line of the server: trusted by the machine's own sign-in."""
        return cls(None, "operator", "cli")


Actor.SYSTEM = Actor(None, "system", "worker")


@dataclass(frozen=True, slots=True)
class Grant:
    """A role with its reach: a region for staff (all that its code covers), an employer for members."""

    role: Role
    level: Level | None = None
    region: str | None = None
    employer_id: UUID | None = None

    @property
    def region_prefix(self) -> str:
        """`370000` reaches `37`, `370100` reaches `3701`, `370102` only itself (GB/T 2260: pairs of digits, 00 = all)."""
        return region_prefix(self.region) if self.region else ""

    def covers(self, region: str | None) -> bool:
        """A staff grant without a region reaches nothing: an empty scope must never mean everything."""
        return bool(self.region and region) and str(region).startswith(self.region_prefix)


def region_prefix(region: str) -> str:
    if region.endswith("0000"):
        return region[:2]
    return region[:4] if region.endswith("00") else region


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in, loaded once per request in a short read of its own. Not a database row: nothing can be written through it."""

    person_id: UUID
    display_name: str
    grants: tuple[Grant, ...]
    session_id: UUID
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return str(self.person_id)

    def may(self, permission: Permission) -> bool:
        return any(permission in PERMISSIONS[grant.role] for grant in self.grants)

    def has_role(self, role: Role) -> bool:
        return any(grant.role is role for grant in self.grants)

    def grants_for(self, permission: Permission) -> tuple[Grant, ...]:
        """The reaches in which this permission is held: a query is scoped by these and by no other grant."""
        return tuple(grant for grant in self.grants if permission in PERMISSIONS[grant.role])


@dataclass(frozen=True, slots=True)
class Node:
    """A source node that proved itself with a key: an account of its own, which sees its own batches and nothing else."""

    source_id: UUID
    key_id: UUID
    name: str

    @property
    def actor(self) -> Actor:
        return Actor.source(self.name)


def node() -> Node:
    """The node of this request; 401 where there is none (a guarded view never sees that)."""
    proven = g.get("node")
    if not isinstance(proven, Node):
        abort(401)
    return proven


def visitor() -> Visitor:
    """The signed-in visitor of this request; 401 where there is none (a guarded view never sees that)."""
    if not current_user.is_authenticated:
        abort(401)
    return cast("Visitor", current_user._get_current_object())


def acting(permission: Permission) -> Actor:
    """Who acts, in the role that allows it. The ledger is told this and nothing of the request."""
    held = visitor().grants_for(permission)
    if not held:
        abort(403)
    return Actor(visitor().person_id, held[0].role.value, "web")


def public(view: ViewFunction) -> ViewFunction:
    view.zhilu_access = "public"  # type: ignore[attr-defined]  # the mark that `guard` and the house test read
    return view


def keyed(view: ViewFunction) -> ViewFunction:
    """For machines: the view itself asks for a key, and whoever is signed in is nobody to it."""
    view.zhilu_access = KEYED  # type: ignore[attr-defined]  # see `public`
    return view


def requires(permission: Permission) -> Callable[[ViewFunction], ViewFunction]:
    def mark(view: ViewFunction) -> ViewFunction:
        view.zhilu_access = permission  # type: ignore[attr-defined]  # see `public`
        return view

    return mark


def node_only(view: ViewFunction) -> ViewFunction:
    """For nodes alone: `Authorization: Bearer` and a key."""
    view.zhilu_access = NODE  # type: ignore[attr-defined]  # see `public`
    return view


def access_of(app: Flask, endpoint: str) -> Permission | str | None:
    """What the route of `endpoint` asks for: a permission, "public", "keyed", "node", or None where it was forgotten."""
    return "public" if endpoint == "static" else getattr(app.view_functions[endpoint], "zhilu_access", None)


def _guard_node() -> Response | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    proven = current_app.extensions[NODE](secret.strip()) if scheme.lower() == "bearer" else None
    if proven is None:
        refusal = jsonify(error="unauthorized", message="没有密钥、密钥不对或已吊销。请在 Authorization 头里写 Bearer 和密钥")
        refusal.status_code = 401
        refusal.headers["WWW-Authenticate"] = "Bearer"
        return refusal
    g.node = proven
    return None


def guard() -> Response | None:
    """Runs before every request; a forgotten mark is a refusal, never an open door."""
    if request.endpoint is None:
        return None
    wanted = access_of(current_app, request.endpoint)
    if wanted in {"public", KEYED}:
        return None
    if wanted == NODE:
        return _guard_node()
    if not current_user.is_authenticated:
        if request.method in {"GET", "HEAD"}:
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
        abort(401)
    if not isinstance(wanted, Permission) or not visitor().may(wanted):
        abort(403)
    return None
