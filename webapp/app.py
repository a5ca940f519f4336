"""Where the house is put together: the only module that knows every feature."""

from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from flask import Flask, Response, current_app, g, render_template, request, url_for
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse
from whitenoise import WhiteNoise

import search.current
from search.elastic import ElasticEngine
from search.embedded import EmbeddedEngine
from webapp import access, addresses, db, files, sealing, web
from webapp.access import Permission
from webapp.accounts import passwords
from webapp.accounts import views as accounts
from webapp.bulk import views as bulk
from webapp.casework import views as casework
from webapp.config import Settings
from webapp.demand import views as demand
from webapp.employers import views as employers
from webapp.gate import views as gate
from webapp.inspection import views as inspection
from webapp.matching import views as matching
from webapp.notices import links
from webapp.notices import views as notices
from webapp.notices.queries import unread_count
from webapp.outlets import roads
from webapp.outlets import views as outlets
from webapp.postings import views as postings
from webapp.reference import queries as reference
from webapp.seekers import views as seekers
from webapp.sources import nodes, pulling, storing
from webapp.sources import views as sources

BLUEPRINTS = (
    web.blueprint,
    accounts.blueprint,
    bulk.blueprint,
    casework.blueprint,
    demand.blueprint,
    employers.blueprint,
    gate.blueprint,
    inspection.blueprint,
    matching.blueprint,
    notices.blueprint,
    outlets.blueprint,
    postings.blueprint,
    seekers.blueprint,
    sources.blueprint,
)
STATIC = Path(__file__).resolve().parents[1] / "static"
DESKS = (
    (Permission.POSTING_WRITE, "本单位岗位", "postings.employer_list"),
    (Permission.APPLICATION_READ, "收到的应聘", "postings.applicants"),
    (Permission.EMPLOYER_READ, "本单位", "employers.mine"),
    (Permission.NEED_ANNOUNCE, "用工需求", "demand.own_needs"),
    (Permission.APPLICATION_SEND, "我的应聘", "postings.my_applications"),
    (Permission.SEARCH_SAVE, "我的订阅", "matching.saved_searches"),
    (Permission.PROFILE_KEEP, "资料", "seekers.profile"),
    (Permission.POSTING_REVIEW, "岗位审核", "postings.review_queue"),
    (Permission.EMPLOYER_VERIFY, "单位核验", "employers.verify_queue"),
    (Permission.GATE_READ, "审核规则", "gate.rules"),
    (Permission.CHECK_RUN, "岗位抽查", "inspection.my_checks"),
    (Permission.REPORT_HANDLE, "举报办理", "inspection.report_queue"),
    (Permission.CHECK_PLAN, "抽查任务", "inspection.campaign_list"),
    (Permission.PHONES_KEEP, "维权电话", "inspection.phone_book"),
    (Permission.SOURCE_READ, "岗位来源", "sources.nodes"),
    (Permission.NEED_KEEP, "联系单位", "demand.desk"),
    (Permission.NEED_READ, "用工需求台账", "demand.needs"),
    (Permission.NEED_READ, "急需紧缺目录", "demand.catalogues"),
    (Permission.CASE_KEEP, "单个登记", "casework.enter"),
    (Permission.CASE_LEAD, "导入名册", "casework.rosters"),
    (Permission.CASE_LEAD, "分派服务对象", "casework.allocation"),
    (Permission.CASE_READ, "去向和落实率", "casework.destinations"),
    (Permission.CASE_KEEP, "去向核查", "casework.destination_checks"),
    (Permission.CASE_READ, "就业见习", "casework.traineeships"),
    (Permission.FIGURES_READ, "统计", "postings.figures"),
    (Permission.FIGURES_READ, "就业登记", "postings.hire_figures"),
    (Permission.SEARCH_REPORT, "搜不到的词", "postings.search_report"),
    (Permission.OUTLET_READ, "发布渠道", "outlets.outlets"),
    (Permission.CASE_READ, "实名制帮扶", "casework.desk"),
    (Permission.STAFF_MANAGE, "人员", "accounts.staff"),
    (Permission.DELIVERIES_READ, "运行情况", "notices.deliveries"),
    (Permission.DELIVERIES_READ, "检索索引", "postings.index_state"),
    (Permission.LEDGER_READ, "审计记录", "notices.ledger"),
)
"""Permission, label, endpoint: the navigation of a signed-in visitor, in this order."""
NAV_DESKS = 2
"""How many of them stand in the bar itself, behind the public pages; all stand in the visitor's menu. More would wrap on a phone."""
ERRORS = (400, 401, 403, 404, 405, 410, 413, 429, 500, 503)
FORM_BYTES = 1024 * 1024


def prepare(settings: Settings, *, searches: bool = True) -> None:
    """Opens what every process of the house needs. Call it after a fork, never before.

    A process that never `searches` (the relay, the batch worker) spares the 60 MB of the segmentation dictionary.
    """
    settle(settings)
    db.connect(settings.database_url)
    if searches:
        search.current.use(ElasticEngine(settings.elasticsearch) if settings.elasticsearch else EmbeddedEngine(settings.search_directory))


def settle(settings: Settings) -> None:
    """Keys, folders, addresses and the home region: what the rooms know of this process, but for its database and its search engine."""
    sealing.configure(settings.secrets)
    files.settle(settings.files)
    links.settle(settings.base_url)
    reference.settle(settings.home_region)
    roads.settle(settings)
    storing.settle(settings.shared)
    pulling.settle(settings.pull_hosts, privately=settings.pulls_privately)


def create_app(settings: Settings) -> Flask:
    app = Flask("webapp", static_folder=str(STATIC))
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secrets.session,
        SESSION_COOKIE_NAME="__Host-seed" if settings.is_https else "seed",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as its cookie: a form left open over lunch is not lost
    )
    csrf = CSRFProtect(app)
    app.extensions[access.NODE] = nodes.proven
    passwords.prepare()
    _sign_in_with_sessions(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _refuse_forgotten_routes(app)
    _spare_machines_the_token(app, csrf)
    app.before_request(access.guard)
    app.after_request(_harden)
    app.teardown_request(lambda _: db.end_reading())
    app.context_processor(_page_context)
    addresses.init_app(app)
    for code in ERRORS:
        app.register_error_handler(code, _error_page)
    app.register_error_handler(CSRFError, _error_page)
    app.register_error_handler(OperationalError, _database_away)
    app.url_defaults(_versioned)
    _wrap(app, settings)
    return app


def _wrap(app: Flask, settings: Settings) -> None:
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies)  # type: ignore[method-assign]  # Flask's documented way
    seconds = 60 if settings.is_demo else 365 * 24 * 3600
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=STATIC, prefix="static/", max_age=seconds, add_headers_function=_harden_file)  # type: ignore[method-assign]  # as above


def _harden_file(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def _sign_in_with_sessions(app: Flask) -> None:
    """Flask-Login only supplies `current_user`; its own cookies and login_user stay unused (its logout leaves copied cookies valid)."""
    login = LoginManager(app)
    login.session_protection = None  # it would write a mark of its own into the cookie of every stranger
    login.request_loader(accounts.load_visitor)


def _refuse_forgotten_routes(app: Flask) -> None:
    forgotten = [rule.endpoint for rule in app.url_map.iter_rules() if access.access_of(app, rule.endpoint) is None]
    if forgotten:
        raise RuntimeError(f"routes without @public or @requires: {forgotten}")


def _spare_machines_the_token(app: Flask, csrf: CSRFProtect) -> None:
    """A route that asks for a machine's key looks at no cookie, so no other site can make a browser use it."""
    for rule in app.url_map.iter_rules():
        if access.access_of(app, rule.endpoint) in {access.KEYED, access.NODE}:
            csrf.exempt(app.view_functions[rule.endpoint])


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", web.CONTENT_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if current_user.is_authenticated or request.method == "POST":
        headers["Cache-Control"] = "no-store"
    return response


def _error_page(error: HTTPException) -> BaseResponse | tuple[str, int]:
    """Chinese, and says what to do next. A 401 reaches only a form whose session ended meanwhile: it leads to the sign-in page."""
    if isinstance(error.response, BaseResponse):
        return error.response
    code = error.code or 500
    g.failing = code >= 500
    return render_template(f"errors/{code}.html", error=error), code


def _database_away(error: OperationalError) -> BaseResponse | tuple[str, int]:
    """A write that could not be made is refused as such: the visitor is told to try again, never that it was done."""
    current_app.logger.error("database: %s", type(error.orig).__name__)
    return _error_page(ServiceUnavailable())


def _versioned(endpoint: str, values: dict[str, Any]) -> None:
    """A static address names the day of its file, so that a deploy is seen at once although browsers keep files for long."""
    if endpoint == "static" and "filename" in values:
        path = STATIC / values["filename"]
        values["v"] = f"{int(path.stat().st_mtime):x}" if path.exists() else "0"


def _page_context() -> dict[str, Any]:
    settings: Settings = current_app.config["SETTINGS"]
    context: dict[str, Any] = {
        "service_name": settings.service_name,
        "is_demo": settings.is_demo,
        "display": "large" if request.cookies.get(web.DISPLAY_COOKIE) == "large" else "normal",
        "display_url": url_for("web.display"),
        "sign_in_url": url_for("accounts.sign_in"),
        "sign_out_url": url_for("accounts.sign_out"),
        "register_url": url_for("accounts.register"),
        "complaint_url": url_for("inspection.ask"),
        "nav_links": [("岗位", url_for("postings.search")), ("急需紧缺职业", url_for("demand.public_catalogue"))],
    }
    if not g.get("failing", False) and current_user.is_authenticated:
        visitor = access.visitor()
        desks = [(label, url_for(endpoint)) for permission, label, endpoint in DESKS if visitor.may(permission)]
        context["nav_links"] = [*context["nav_links"], *desks[:NAV_DESKS]]
        context["desk_links"] = [*desks, ("我的账号", url_for("accounts.account"))]
        context["notices_url"] = url_for("notices.inbox")
        context["unread_count"] = unread_count(visitor.person_id)
    return context
