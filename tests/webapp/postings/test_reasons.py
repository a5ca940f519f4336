from search.query import PostingQuery, Wish
from webapp.postings.models import Posting
from webapp.postings.reasons import Reasons


def posting(title: str, duties: str = "") -> Posting:
    return Posting(title=title, region=None, occupation=None, benefits=[], insurance="", duties=duties, requirements="")


def test_wanted_words_are_marked_in_the_title_and_unwanted_ones_are_not() -> None:
    reasons = Reasons(PostingQuery(wishes=(Wish("焊工"), Wish("夜班", unwanted=True))))
    assert reasons.why(posting("焊工夜班")).title == (("焊工", True), ("夜班", False))


def test_what_the_title_lacks_is_quoted_from_the_description() -> None:
    reasons = Reasons(PostingQuery(wishes=(Wish("焊工"), Wish("氩弧"))))
    text = "负责车间日常的设备维护和保养工作，\n能够熟练操作氩弧焊机，焊工证在手者优先"
    why = reasons.why(posting("电焊工", text))
    assert why.title == (("电", False), ("焊工", True))
    assert why.quote == (
        ("…", False),
        ("的设备维护和保养工作， 能够熟练操作", False),
        ("氩弧", True),
        ("焊机，焊工证在手者优先", False),
        ("…", False),
    )


def test_a_title_that_says_it_all_needs_no_quote() -> None:
    assert Reasons(PostingQuery(wishes=(Wish("焊工"),))).why(posting("焊工", "招焊工")).quote == ()


def test_another_word_for_the_work_is_the_reason() -> None:
    why = Reasons(PostingQuery(wishes=(Wish("扫地的", also=("保洁员",)),))).why(posting("保洁员"))
    assert why.title == (("保洁员", True),)
    assert why.reasons == ("“保洁员”和“扫地的”是同类工作",)
