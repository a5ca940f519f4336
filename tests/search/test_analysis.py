import threading
from pathlib import Path

import pytest

from search.analysis import GAP, Analysis, PythonCutter, RustCutter, default_analysis, grams, stretches, trade_words
from search.text import pieces
from tests.search.samples import needs_real_postings, real_rows

TEXTS = (
    "诚聘高级电焊工3名，五险一金、包吃住（长白班）；熟悉C++/C#、Java8与.NET，月薪6.5K-8K",
    "Ｊａｖａ開發工程師　Node.js",
    "二保焊、氩弧焊皆可，㎡计件工资，𠮷野家招服务员，〇基础可培训",
    "",
    "🔥🔥急招🔥🔥<br/>&nbsp;html",
)


@pytest.fixture(scope="module")
def reference() -> Analysis:
    return Analysis(trade_words(), PythonCutter)


def test_the_outer_rule() -> None:
    assert pieces("Ｊava8开发/C++、c# 6.5K ㎡") == ["java8", "开发", "c++", "c#", "6.5", "k", "m2"]
    assert pieces("abc123def++ 12.a") == ["abc123def++", "12", "a"]


def test_signs_jieba_does_not_know_as_han_stand_alone() -> None:
    assert pieces("𠮷野家〇基础") == ["𠮷", "野家", "〇", "基础"]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_both_libraries_cut_alike(text: str, reference: Analysis) -> None:
    assert default_analysis().tokens(text) == reference.tokens(text)
    assert default_analysis().fingerprint == reference.fingerprint


@pytest.mark.parametrize("cutter", [RustCutter, PythonCutter])
@pytest.mark.parametrize("words", [{}, trade_words(), {"焊工": 1, "工程师": 90_000}], ids=["plain", "trade", "replaced"])
def test_the_expansion_is_the_librarys_own_cut_for_search(cutter: type, words: dict[str, int]) -> None:
    one, analysis = cutter(words), Analysis({}, lambda _: cutter(words))
    for text in TEXTS:
        expected = [t for piece in pieces(text) for t in (one.cut_for_search(piece) if piece > "\x7f" else [piece])]
        assert sorted(analysis.tokens(text).every) == sorted(expected)


def test_replaced_words_do_not_break_parity() -> None:
    words = {"工程师": 1, "服务员": 700_000, "五险一金": 3}  # two replace a count of jieba's own dictionary
    rust, python = RustCutter(words), PythonCutter(words)
    surplus = [c._jieba.total - sum(c._jieba.FREQ.values()) for c in (python, PythonCutter({}))]
    assert surplus[0] == surplus[1]  # a wrong total shifts every close decision
    for run in ("高级工程师五险一金", "招服务员若干名", "工程师服务员"):
        assert rust.cut(run) == python.cut(run)


def test_the_index_holds_the_cut_with_and_without_the_trade_words() -> None:
    tokens = default_analysis().tokens("缴纳五险一金")
    assert {"缴纳", "五险一金", "五险", "一金", "五", "险"} <= set(tokens.every)
    assert tokens.running == ["缴纳", "五险一金"]


def test_no_word_is_invented() -> None:
    assert default_analysis().words("网易杭研大厦") == ("网易", "杭", "研", "大厦")  # HMM would make a word of 杭研


def test_every_trade_word_is_cut_whole_and_has_its_frequency() -> None:
    words = trade_words()
    assert len(words) > 100
    assert [word for word in words if default_analysis().words(word) != (word,)] == []
    assert all(frequency > 0 for frequency in words.values())


def test_the_fingerprint_follows_the_dictionary() -> None:
    fingerprints = {Analysis(words, RustCutter).fingerprint for words in ({}, {"甲乙": 1}, {"甲乙": 2}, {"甲丙": 1})}
    assert len(fingerprints) == 4


def test_titles_characters_know_where_something_stands_between() -> None:
    assert default_analysis().characters("电 焊工/Java2名") == ("电", "焊", "工", GAP, "java2", "名")


def test_grams_are_all_short_stretches_but_not_across_a_gap() -> None:
    assert grams(default_analysis().characters("电焊工/保洁")) == {
        "电", "焊", "工", "电焊", "焊工", "电焊工", "保", "洁", "保洁",
    }  # fmt: skip


def test_neighbours_of_letters_are_grams_too_and_stay_apart() -> None:
    found = grams(default_analysis().characters("Java Web前端"))
    assert {"java web", "java web前端", "web前端"} <= found
    assert not {"javaweb", "javaweb前端"} & found


@pytest.mark.parametrize("asked", ["焊", "电焊工", "氩弧焊工", "数控车床操作工", "web前端开发工程师", "java web", "前端/后端"])
def test_a_title_that_holds_a_run_has_all_its_stretches(asked: str) -> None:
    def characters(text: str) -> tuple[str, ...]:
        return default_analysis().characters(text)

    wanted = set(stretches(characters(asked)))
    assert wanted <= grams(characters(f"急聘{asked}五名"))
    assert not wanted <= grams(characters(f"急聘{asked[:-1]}五名"))


def test_threads_cut_alike() -> None:
    results: list[list[str]] = []
    threads = [threading.Thread(target=lambda: results.append(default_analysis().tokens(TEXTS[0]).every)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [results[0]] * 8


def test_jiebas_cache_is_never_written_to_the_shared_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    PythonCutter({})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.real_data
@needs_real_postings
def test_both_libraries_cut_real_postings_alike(reference: Analysis) -> None:
    sample = [f"{row['title']} {row['description']}" for n, row in enumerate(real_rows()) if n % 100 == 0]
    assert len(sample) > 700
    assert [text for text in sample if default_analysis().tokens(text) != reference.tokens(text)] == []
