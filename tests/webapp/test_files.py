"""Stored files: known by what they are, sealed on the disk, swept where nobody names them."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.files import PDF, PNG, WORKBOOK, packed
from webapp import db, files, sealing
from webapp.config import Settings
from webapp.db import new_key, session, today, transaction
from webapp.files import FileKind, FileType, StoredFile
from workers import retention

pytestmark = pytest.mark.usefixtures("database")


def stored(content: bytes = PNG, *, name: str = "执照.png", through: object = None) -> StoredFile:
    laid = files.lay_down(content, name, FileType)
    with transaction():
        return files.keep(laid, FileKind.LICENCE, new_key(), by_id=None, through=through)


def on_disk(settings: Settings) -> list[bytes]:
    return [path.read_bytes() for path in settings.files.glob("*/*")]


MARKED = [kind for kind in FileType if kind is not FileType.CSV]
"""Types that are known by how they begin; text has no mark."""


@pytest.mark.parametrize(
    ("content", "kind"), [(PNG, FileType.PNG), (PDF, FileType.PDF), (b"\xff\xd8\xff\xe0", FileType.JPEG), (WORKBOOK, FileType.XLSX)]
)
def test_a_file_is_known_by_its_content(content: bytes, kind: FileType) -> None:
    assert files.accept(content, FileType) is kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"MZ\x90",
        b"%PDF" + b"x",
        b"\xff\xd8\xff" + b"x" * files.BYTES_AT_MOST,
        packed({"word/document.xml": b"x"}),
        packed({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x", "xl/vbaProject.bin": b"x"}),
        packed({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x", "../evil": b"x"}),
        packed({"[Content_Types].xml": b"x", "xl/workbook.xml": b"\0" * 20_000_000}),
        packed({f"{number}": b"" for number in range(1001)}),
        b"PK\x03\x04" + b"x" * 100,
    ],
    ids=["empty", "gif", "program", "nearly pdf", "too large", "word", "macro", "escape", "bomb", "entries", "broken"],
)
def test_what_is_not_wanted_is_refused(content: bytes) -> None:
    with pytest.raises(files.NotAccepted):
        files.accept(content, MARKED)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_a_table_where_one_is_wanted(encoding: str) -> None:
    content = "岗位名称,招聘人数\r\n电焊工,5\r\n".encode(encoding)
    assert files.accept(content, files.TABLES) is FileType.CSV
    with pytest.raises(files.NotAccepted, match="请上传 PDF"):
        files.accept(content, files.DOCUMENTS)


@pytest.mark.parametrize("content", [b"", b"\x00\x01", "岗位".encode("utf-16"), b"\xff\xff\xff", b"MZ\x90\x00", b"PK\x03\x04" + b"x" * 100])
def test_what_is_no_text_is_no_table(content: bytes) -> None:
    with pytest.raises(files.NotAccepted):
        files.accept(content, files.TABLES)
        files.accept(content, (*files.DOCUMENTS, FileType.XLSX))


def test_what_is_text_is_a_csv_where_one_is_wanted_and_nowhere_else() -> None:
    assert files.accept("姓名,身份证号\n".encode("gb18030"), files.SHEETS) is FileType.CSV
    assert files.accept(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 9, files.SHEETS) is FileType.XLS
    for content, types in ((b"a,b\n", (FileType.XLSX,)), (b"\x00\x01", files.SHEETS), (b"PK\x03\x04" + b"x" * 100, files.SHEETS)):
        with pytest.raises(files.NotAccepted):
            files.accept(content, types)


def test_a_workbook_is_no_licence() -> None:
    with pytest.raises(files.NotAccepted, match="请上传 PDF"):
        files.lay_down(WORKBOOK, "表.xlsx", files.DOCUMENTS)


def test_nothing_of_a_file_is_readable_on_the_disk_or_in_the_row(settings: Settings) -> None:
    row = stored(name="王小明的身份证.png")
    (sealed,) = on_disk(settings)
    assert PNG[:8] not in sealed and PNG[-20:] not in sealed
    told = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in session().execute(select(StoredFile.__table__)).one())
    assert "王小明".encode() not in told
    assert (files.read(row), row.name, row.size) == (PNG, "王小明的身份证.png", len(PNG))


def test_a_content_does_not_open_as_another_file(settings: Settings) -> None:
    first, second = stored(PNG), stored(PDF)
    paths = {path.name: path for path in settings.files.glob("*/*")}
    paths[str(first.id)].write_bytes(paths[str(second.id)].read_bytes())
    with pytest.raises(sealing.NotOpened):
        files.read(first)


def test_a_content_that_is_gone_is_told(settings: Settings) -> None:
    row = stored()
    next(settings.files.glob("*/*")).unlink()
    with pytest.raises(files.Gone):
        files.read(row)


def test_what_is_past_its_day_goes_and_the_rest_stays(settings: Settings) -> None:
    stored(through=today() - timedelta(days=1))
    kept = [stored(through=today()), stored()]
    assert retention.purge_files(lambda: None) == 1
    db.end_reading()
    assert {row.id for row in session().scalars(select(StoredFile))} == {row.id for row in kept}
    assert len(on_disk(settings)) == 2


def test_what_a_process_left_half_written_is_swept_and_a_stray_file_is_left_alone(settings: Settings) -> None:
    row = stored()
    (path,) = settings.files.glob("*/*")
    half, stray = path.with_name(f"{new_key()}.partial"), path.with_name("notes.txt")
    half = settings.files / half.stem[-2:] / half.name
    half.parent.mkdir(exist_ok=True)
    for one in (half, stray):
        one.write_bytes(b"x")
        os.utime(one, (0, 0))
    assert retention.purge_files(lambda: None) == 1
    assert (half.exists(), stray.exists(), files.read(row)) == (False, True, PNG)


def test_a_content_whose_row_was_never_written_is_swept_after_a_day(settings: Settings) -> None:
    files.lay_down(PNG, "a.png", FileType)
    row = stored()
    assert retention.purge_files(lambda: None) == 0
    for path in settings.files.glob("*/*"):
        os.utime(path, (0, 0))
    assert retention.purge_files(lambda: None) == 1
    assert files.read(row) == PNG
