import shutil
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from webapp.access import Actor
from webapp.db import connect, engine, session, transaction
from webapp.ledger import Entry
from webapp.reference import operations, queries
from webapp.reference.models import Wording, WordKind, WordOrigin
from webapp.reference.operations import SHIPPED, NotAWording, add_wording, import_table, load_shipped, remove_wording
from webapp.reference.queries import wordings

pytestmark = pytest.mark.usefixtures("database")
STAFF = Actor(UUID(int=7), "system_admin", "web")
CLEANING, WELDING = "4-09-08-01", "6-18-02-04"
SHIPPED_WORD = "扫地的"


def add(word: str, words: tuple[str, ...] = ("保洁",), occupations: tuple[str, ...] = (CLEANING,)) -> Wording:
    with transaction():
        return add_wording(word, words, occupations, by=STAFF)


def remove(word: str) -> None:
    with transaction():
        remove_wording(word, by=STAFF)


def events() -> list[tuple[str, dict[str, object]]]:
    return [(entry.event, entry.payload) for entry in session().scalars(select(Entry).order_by(Entry.id)) if entry.event.startswith("Wording")]


def test_a_shipped_word_is_found_and_nobody_added_it() -> None:
    row = wordings().get(SHIPPED_WORD)
    assert row is not None
    assert (row.origin, row.by_id, row.at) == (WordOrigin.SHIPPED, None, None)
    assert "保洁" in row.words
    assert CLEANING in row.occupations


def test_a_question_is_written_as_the_words_are() -> None:
    add("Ｃ ＋＋ 开发", ("软件工程师",), ())
    assert wordings()["C++开发"].words == ["软件工程师"]
    assert wordings().get("没有这个词") is None
    assert "c++开发" in wordings()


def test_every_word_is_met_once_on_the_way_through_all() -> None:
    add(SHIPPED_WORD, ("清扫工",), ())
    held = wordings()
    assert len(list(held)) == len(set(held)) == len(held)
    assert dict(held)[SHIPPED_WORD].words == ["清扫工"]


def test_what_staff_say_stands_before_what_ships_and_taking_it_back_restores_that() -> None:
    before = wordings()[SHIPPED_WORD].words
    add(SHIPPED_WORD, ("清扫工",), ())
    assert wordings()[SHIPPED_WORD].words == ["清扫工"]
    assert [row.word for row in wordings().of_staff()] == [SHIPPED_WORD]
    remove(SHIPPED_WORD)
    assert wordings()[SHIPPED_WORD].words == before
    assert wordings().of_staff() == ()


def test_who_and_when_are_kept_and_the_ledger_tells_both() -> None:
    row = add("什么都干的", ("杂工", "勤杂工", "杂工"), (CLEANING, CLEANING))
    assert (row.by_id, row.kind, row.words, row.occupations) == (UUID(int=7), WordKind.TRADE, ["杂工", "勤杂工"], [CLEANING])
    assert row.at is not None
    remove("什么都干的")
    assert events() == [("WordingAdded", {"word": "什么都干的", "words": 2, "occupations": 1}), ("WordingRemoved", {"word": "什么都干的"})]


def test_a_word_said_again_means_what_was_said_last() -> None:
    add("什么都干的", ("杂工",))
    add("什么都干的", ("勤杂工",))
    assert wordings()["什么都干的"].words == ["勤杂工"]
    assert session().scalar(select(func.count()).select_from(Wording).where(Wording.origin == WordOrigin.STAFF)) == 1


def test_a_reload_of_the_shipped_file_keeps_what_staff_added(tmp_path: Path) -> None:
    add("什么都干的")
    copy = shutil.copytree(SHIPPED, tmp_path / "newer")
    (copy / "wordings.csv").write_text("word,kind,words,occupations\n看门的,trade,保安,4-07-05-01\n", encoding="utf-8")
    with transaction():
        assert load_shipped(copy)["wordings"] == 1
    assert set(wordings()) == {"什么都干的", "看门的"}


def test_an_imported_vocabulary_is_laid_over_the_shipped_one_and_leaves_staff_rows_alone(tmp_path: Path) -> None:
    add(SHIPPED_WORD, ("清扫工",), ())
    path = tmp_path / "words.csv"
    path.write_text(f"word,kind,words,occupations\n{SHIPPED_WORD},task,道路保洁,\n新词,trade,新工,\n坏词,trade,,\n", encoding="utf-8")
    with transaction():
        report = import_table("wordings", path, by=Actor.command())
    assert (report.added, report.changed, [refusal.line for refusal in report.refused]) == (1, 1, [4])
    assert (wordings()[SHIPPED_WORD].words, wordings()["新词"].words) == (["清扫工"], ["新工"])
    remove(SHIPPED_WORD)
    assert wordings()[SHIPPED_WORD].words == ["道路保洁"]


def test_another_process_sees_a_new_word_once_its_copy_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    add("什么都干的", ("杂工",))
    url = engine().url.render_as_string(hide_password=False)
    first = engine()
    connect(url)
    assert wordings()["什么都干的"].words == ["杂工"]
    other = engine()
    connect(url)
    add("什么都干的", ("勤杂工",))
    monkeypatch.setattr(queries, "engine", lambda: other)
    assert wordings()["什么都干的"].words == ["杂工"]
    monkeypatch.setattr(queries, "STALE_SECONDS", -1.0)
    assert wordings()["什么都干的"].words == ["勤杂工"]
    assert first is not other


def test_a_staff_word_that_was_rolled_back_is_not_seen_once_the_copy_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction():
        operations.add_wording("什么都干的", ("杂工",), (), by=STAFF)
        assert "什么都干的" in wordings()
        raise Stop
    monkeypatch.setattr(queries, "STALE_SECONDS", -1.0)
    assert "什么都干的" not in wordings()


@pytest.mark.parametrize(
    ("word", "words", "occupations", "reason"),
    [
        ("", ("保洁",), (), "不能作为词"),
        ("长" * 41, ("保洁",), (), "不能作为词"),
        ("一|二", ("保洁",), (), "不能作为词"),
        ("女工", ("普工",), (), "性别、年龄"),
        ("限女性", ("普工",), (), "性别、年龄"),
        ("五十岁", ("50岁普工",), (), "性别、年龄"),
        ("老王", ("13800138000",), (), "电话"),
        ("什么都干的", (), (), "其他叫法"),
        ("什么都干的", ("什么都干的",), (), "其他叫法"),
        ("什么都干的", tuple(f"杂工{chr(0x4E00 + n)}" for n in range(31)), (), "最多 30 个"),
        ("什么都干的", ("杂工",), ("9-99-99-99",), "没有这个职业代码：9-99-99-99"),
    ],
)
def test_what_cannot_be_a_word_is_refused_and_nothing_is_recorded(
    word: str, words: tuple[str, ...], occupations: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(NotAWording, match=reason):
        add(word, words, occupations)
    assert events() == []


def test_a_shipped_word_is_not_removed_as_if_staff_had_added_it() -> None:
    with pytest.raises(NotAWording, match="不是工作人员添加的词"):
        remove(SHIPPED_WORD)
    assert SHIPPED_WORD in wordings()
