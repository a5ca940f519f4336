"""What the embedded engine promises beyond the contract: other processes, forks, crashes, damaged directories."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from search import embedded, tantivy_search, tantivy_tree
from search.analysis import Analysis, RustCutter
from search.embedded import EmbeddedEngine
from search.engine import Unavailable, WriterBusy
from search.query import PostingQuery
from search.tree import Phrase
from tests.search.samples import document

ROOT = Path(__file__).resolve().parents[2]
PREPARE = """
import os, sys, time
from pathlib import Path
from search.documents import PostingDocument
from search.embedded import EmbeddedEngine
from search.engine import WriterBusy
from search.query import PostingQuery
engine = EmbeddedEngine(Path(sys.argv[1]))
"""


@pytest.fixture
def index(tmp_path: Path) -> Path:
    EmbeddedEngine(tmp_path / "index").rebuild([document("a", 1, title="焊工")])
    return tmp_path / "index"


def start(script: str, index: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PREPARE + script, str(index)]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def put(index: Path, *keys: str) -> None:
    with EmbeddedEngine(index).writer() as writer:
        writer.put([document(key, seq) for seq, key in enumerate(keys, 10)])


def test_another_process_sees_a_commit_and_a_rebuild_with_its_next_request(index: Path) -> None:
    script = "for line in sys.stdin: print(engine.find(PostingQuery()).total, flush=True)"
    with start(script, index) as reader:

        def seen() -> int:
            reader.stdin.write("?\n")
            reader.stdin.flush()
            return int(reader.stdout.readline())

        assert seen() == 1
        for total in range(2, 12):
            put(index, f"k{total}")
            assert seen() == total
        EmbeddedEngine(index).rebuild(document(f"n{n}", n) for n in range(30))
        assert seen() == 30
        put(index, "k")
        assert seen() == 31
        reader.stdin.close()


def test_a_writer_of_another_process_is_busy_until_that_process_dies(index: Path) -> None:
    script = """
with engine.writer() as writer:
    writer.put([PostingDocument(key="x", seq=5, version=1)])
    print("open", flush=True)
    time.sleep(60)
"""
    with start(script, index) as holder:
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(WriterBusy):
            put(index, "b")
        holder.kill()
        holder.wait()
        put(index, "b")
    assert EmbeddedEngine(index).count() == 2


def test_a_writer_carried_over_a_fork_is_refused_and_stays_its_parents(index: Path) -> None:
    script = """
child = None
try:
    with engine.writer() as writer:
        writer.put([PostingDocument(key='before', seq=5, version=1)])
        child = os.fork()
        if child == 0:
            writer.put([PostingDocument(key='child', seq=6, version=1)])
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        try:
            engine.writer().__enter__()
        except WriterBusy:
            writer.put([PostingDocument(key='after', seq=7, version=1)])
except WriterBusy:
    assert child == 0 and engine.find(PostingQuery()).total == 1
    os._exit(7)
print(*sorted(key for key, _ in engine.versions()))
"""
    with start(script, index) as process:
        out, _ = process.communicate()
    assert process.returncode == 0
    assert out.split() == ["a", "after", "before"]


def test_killed_while_committing_nothing_acknowledged_is_lost(index: Path) -> None:
    script = """
start = int(sys.stdin.readline())
with engine.writer() as writer:
    for n in range(start, start + 10_000):
        writer.put([PostingDocument(key=f"{n}-{i}", seq=n, version=1, title="焊工") for i in range(5)])
        writer.flush()
        print(n, flush=True)
"""
    choose, acknowledged = random.Random(11), {"a"}
    for round_ in range(8):
        with start(script, index) as process:
            process.stdin.write(f"{round_ * 10_000}\n")
            process.stdin.flush()
            done = [process.stdout.readline() for _ in range(choose.randint(1, 4))]  # however slow the machine, work was done
            time.sleep(choose.uniform(0, 0.15))
            process.kill()
            done += process.stdout.readlines()
        acknowledged |= {f"{int(n)}-{i}" for n in done for i in range(5)}
        engine = EmbeddedEngine(index)
        assert acknowledged <= {key for key, _ in engine.versions()}
        assert engine.count() % 5 == 1  # whole batches only
        assert engine.find(PostingQuery(text="焊工", limit=0)).total == engine.count()
    assert len(acknowledged) > 50


def test_a_rebuild_that_was_killed_leaves_the_old_index_and_no_litter_for_long(index: Path) -> None:
    script = """
def documents():
    for n in range(10 ** 9):
        if n == 200: print('under way', flush=True)
        yield PostingDocument(key=str(n), seq=n, version=1)
engine.rebuild(documents())
"""
    with start(script, index) as process:
        process.stdout.readline()
        process.kill()
    engine = EmbeddedEngine(index)
    assert engine.find(PostingQuery(text="焊工")).keys == ("a",)
    assert len(list(index.glob("g-*"))) == 2
    engine.rebuild([document("b", 1)])
    assert len(list(index.glob("g-*"))) == 1


def test_an_open_reader_survives_many_rebuilds(index: Path) -> None:
    reader, writer = EmbeddedEngine(index), EmbeddedEngine(index)
    for count in range(1, 6):
        writer.rebuild(document(f"k{n}", n) for n in range(count))
        assert reader.find(PostingQuery()).total == count


@pytest.mark.parametrize("damaged", ["meta.json", "made.json"])
def test_a_damaged_index_is_unavailable_and_a_rebuild_mends_it(index: Path, damaged: str) -> None:
    next(index.glob("g-*")).joinpath(damaged).write_text("{")
    engine = EmbeddedEngine(index)
    with pytest.raises(Unavailable):
        engine.find(PostingQuery())
    with pytest.raises(Unavailable):
        put(index, "b")
    engine.rebuild([document("b", 1)])
    assert engine.find(PostingQuery()).keys == ("b",)


def test_a_deleted_directory_is_unavailable_not_empty(index: Path) -> None:
    engine = EmbeddedEngine(index)
    assert engine.count() == 1
    index.rename(index.with_name("gone"))
    with pytest.raises(Unavailable):
        engine.find(PostingQuery())
    assert engine.needs_rebuild()


def test_other_words_ask_for_a_rebuild_but_still_answer(index: Path) -> None:
    other = EmbeddedEngine(index, Analysis({"电焊工": 5000}, RustCutter))
    assert other.needs_rebuild()
    assert other.find(PostingQuery(text="焊工")).keys == ("a",)
    other.rebuild([document("a", 1)])
    assert not other.needs_rebuild()
    assert EmbeddedEngine(index).needs_rebuild()


def test_another_layout_is_unreadable(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LAYOUT", "of tomorrow")
    engine = EmbeddedEngine(index)
    assert engine.needs_rebuild()
    with pytest.raises(Unavailable, match="layout"):
        engine.find(PostingQuery())
    with pytest.raises(Unavailable, match="layout"), engine.writer():
        pass


def test_a_count_that_might_be_wrong_is_never_given(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with EmbeddedEngine(index).writer() as writer:
        writer.put(document(f"k{n}", n, source=f"s{n}") for n in range(5))
    monkeypatch.setattr(tantivy_tree, "DISTINCT_AT_MOST", 3)
    with pytest.raises(Unavailable, match="kinds"):
        EmbeddedEngine(index).find(PostingQuery())


def test_a_panic_of_the_library_is_unavailable(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def panicking(searcher: object, compiled: object, **options: object) -> object:
        return searcher.search(compiled, limit=0)

    monkeypatch.setattr(tantivy_search, "run", panicking)
    with pytest.raises(Unavailable):
        EmbeddedEngine(index).find(PostingQuery())


def test_a_place_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable):
        EmbeddedEngine(tmp_path / "file" / "index").rebuild(())


def test_a_phrase_of_one_word_does_not_panic(index: Path) -> None:
    view = EmbeddedEngine(index)._reader.view()
    one_word = tantivy_tree.compiled(Phrase("running", ("焊工",)), view.schema)
    assert len(view.searcher.search(one_word).hits) == 1


def test_a_second_writer_is_refused(index: Path) -> None:
    engine = EmbeddedEngine(index)
    with engine.writer(), pytest.raises(WriterBusy), engine.writer():
        pass
    with engine.writer(), pytest.raises(WriterBusy):
        engine.rebuild(())
    with engine.writer() as writer:
        assert writer.put([document("b", 2)]) == 1
