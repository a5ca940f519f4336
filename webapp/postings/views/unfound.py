"""What was searched and not found, and what staff make of it: a word means something from the next search on."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Grant, Permission, acting, requires, visitor
from webapp.db import transaction
from webapp.postings import unfound
from webapp.postings.unfound import PERIODS, Guess, Reading
from webapp.postings.views.room import blueprint
from webapp.postings.word_forms import WordForm, WordingForm
from webapp.reference import operations as reference_operations
from webapp.reference import queries as reference
from webapp.reference.models import as_word
from webapp.reference.operations import NotAWording
from webapp.web import found, page_number

_READY = 2
"""Guesses that stand as buttons in the list itself."""
_WORD_SIGNS = 40


def _grants() -> tuple[Grant, ...]:
    return visitor().grants_for(Permission.SEARCH_REPORT)


def _days() -> int:
    return next((days for days in PERIODS if str(days) == request.args.get("days")), PERIODS[1])


@blueprint.get("/search-report")
@requires(Permission.SEARCH_REPORT)
def search_report() -> str:
    region, days = request.args.get("region", "").strip(), _days()
    if region and not any(grant.covers(region) for grant in _grants()):
        abort(404)
    page = unfound.report(_grants(), days=days, region=region, page=page_number())
    readings = {row.text: unfound.read_now(row.text, region=region) for row in page.rows}
    return render_template(
        "postings/search_report.html",
        page=page,
        days=days,
        region=region,
        area=reference.regions().name(region) if region else "",
        regions=_regions(),
        least=reference.whole("search_tally_least"),
        periods=[(f"最近 {one} 天", url_for(".search_report", days=one, region=region or None), None) for one in PERIODS],
        readings=readings,
        ready={text: _ready(reading) for text, reading in readings.items()},
        may_change=visitor().may(Permission.WORDING_KEEP),
    )


def _regions() -> list[tuple[str, str]]:
    """(code, name) of the areas of the visitor and what lies directly in them."""
    regions = reference.regions()
    codes = [code for grant in _grants() if grant.region for code in (grant.region, *(row.code for row in regions.children(grant.region)))]
    return [(code, regions.name(code)) for code in dict.fromkeys(codes)]


def _ready(reading: Reading) -> list[tuple[str, str, str]]:
    """What a word that nobody knows and that finds nothing may mean, as one click: see `_as_button`."""
    if reading.is_known or reading.found:
        return []
    return [_as_button(guess) for guess in unfound.guesses(reading.word, reading.likely)[:_READY]]


def _as_button(guess: Guess, words: Sequence[str] = (), codes: Sequence[str] = ()) -> tuple[str, str, str]:
    """(label, words, occupations) of a form: the guess beside what the word means already."""
    return guess.label, "、".join(dict.fromkeys((*words, *guess.words))), "、".join(dict.fromkeys((*codes, *guess.occupations)))


@blueprint.get("/search-report/word")
@requires(Permission.SEARCH_REPORT)
def search_word() -> str:
    word = found(as_word(request.args.get("word", ""))[:_WORD_SIGNS] or None)
    form = WordingForm(formdata=None, word=word)
    words, codes = unfound.meaning_of(word)
    form.words.data = "、".join(words)
    form.occupations.data = "、".join(reference.occupations().name(code) for code in codes)
    return _word_page(request.args.get("text", "")[:_WORD_SIGNS] or word, word, form)


def _word_page(text: str, word: str, form: WordingForm) -> str:
    words, codes = unfound.meaning_of(word)
    reading = unfound.read_now(word)
    return render_template(
        "postings/search_word.html",
        form=form,
        text=text,
        word=word,
        counts=unfound.of_text(text, _grants(), days=max(PERIODS)),
        days=max(PERIODS),
        reading=reading,
        is_of_staff=unfound.is_of_staff(word),
        guesses=[_as_button(guess, words, codes) for guess in unfound.guesses(word, reading.likely)],
        may_change=visitor().may(Permission.WORDING_KEEP),
    )


@blueprint.post("/search-report/word")
@requires(Permission.WORDING_KEEP)
def add_wording() -> str | Response:
    form = WordingForm()
    word = as_word(form.word.data or "")
    if form.validate_on_submit():
        try:
            with transaction():
                row = reference_operations.add_wording(word, form.other_words, form.codes, by=acting(Permission.WORDING_KEEP))
        except NotAWording as refusal:
            form.word.errors = [str(refusal)]
        else:
            reference.forget()  # another thread may have looked between the writing and the commit
            flash(_told(row.word), "success")
            return redirect(url_for(".search_word", word=row.word), 303)
    return _word_page(form.text.data or word, word[:_WORD_SIGNS], form)


def _told(word: str) -> str:
    """What a search for it finds now, read by the vocabulary that was just changed."""
    count = unfound.read_now(word).found
    return f"已保存，马上生效。现在搜“{word}”能找到 {count} 个岗位。" if count is not None else "已保存，马上生效。搜索引擎暂时不可用，没有数岗位。"


@blueprint.get("/search-report/wordings")
@requires(Permission.SEARCH_REPORT)
def wordings() -> str:
    rows, ignored = reference.wordings().of_staff(), unfound.ignored_within(_grants())
    return render_template(
        "postings/wordings.html",
        rows_of_staff=rows,
        ignored=ignored,
        makers=unfound.makers([*rows, *ignored], _grants()),
        occupations=reference.occupations(),
        regions=reference.regions(),
        may_change=visitor().may(Permission.WORDING_KEEP),
    )


@blueprint.post("/search-report/wordings/remove")
@requires(Permission.WORDING_KEEP)
def remove_wording() -> Response:
    word = WordForm().word.data or ""
    try:
        with transaction():
            reference_operations.remove_wording(word, by=acting(Permission.WORDING_KEEP))
    except NotAWording as refusal:
        flash(str(refusal), "warning")
    else:
        reference.forget()
        flash(f"已删除“{word}”的同义词，马上生效。", "success")
    return redirect(url_for(".wordings"), 303)


@blueprint.post("/search-report/ignore")
@requires(Permission.WORDING_KEEP)
def ignore_search() -> Response:
    text = WordForm().word.data or ""
    with transaction():
        found(unfound.of_text(text, _grants(), days=max(PERIODS)))
        for region in _areas():
            unfound.ignore(text, region=region, by=acting(Permission.WORDING_KEEP))
    flash(f"“{text}”不再出现在这张表里；在“已处理的词”里可以恢复。", "success")
    return redirect(url_for(".search_report"), 303)


@blueprint.post("/search-report/restore")
@requires(Permission.WORDING_KEEP)
def restore_search() -> Response:
    text = WordForm().word.data or ""
    with transaction():
        rows = [row for row in unfound.ignored_within(visitor().grants_for(Permission.WORDING_KEEP)) if row.text == text]
        for row in found(rows or None):
            unfound.restore(row, by=acting(Permission.WORDING_KEEP))
    flash(f"“{text}”已恢复。", "success")
    return redirect(url_for(".wordings"), 303)


def _areas() -> Sequence[str]:
    grants = visitor().grants_for(Permission.WORDING_KEEP)
    return list(dict.fromkeys(grant.region for grant in grants if grant.region))
