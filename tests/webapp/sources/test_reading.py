import gzip

import pytest

from tests.factories.sources import COLUMNS, csv_text, row, write_rows
from webapp.sources.reading import NotReadable, open_rows


def read(path):
    """The fields of good rows, the text of broken ones as a one-element tuple."""
    with open_rows(path) as rows:
        return [(record.text[0],) if record.fields is None else list(record.fields.values()) for record in rows.records()]


def written(tmp_path, data, name="rows.csv"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz"])
def test_utf8_with_and_without_a_mark_and_gb18030_read_alike(tmp_path, encoding, name):
    path = write_rows(tmp_path / name, [row(1, title="焊工（二保焊）"), row(2, description="第一行\n第二行，“引号”")], encoding=encoding)
    with open_rows(path) as rows:
        assert tuple(rows.header) == COLUMNS
        records = list(rows.records())
    assert [record.fields["title"] for record in records] == ["焊工（二保焊）", "仓库管理员"]
    assert records[1].fields["description"] == "第一行\n第二行，“引号”"
    assert [record.line for record in records] == [2, 3]


def test_a_file_whose_first_megabyte_is_ascii_is_read_in_its_own_encoding(tmp_path):
    rows = [row(number, source="s", platform="p", title="driver", company="c", city="", district="", salary_text="", education="", experience="",
                description="x" * 900) for number in range(1500)]  # fmt: skip
    path = write_rows(tmp_path / "rows.csv", [*rows, row(9999, title="司机")], encoding="gb18030")
    with open_rows(path) as opened:
        assert [record.fields["title"] for record in opened.records()][-1] == "司机"


def test_an_unclosed_quote_costs_its_own_row_only(tmp_path):
    path = written(tmp_path, 'id,t\n1,"never closed\n2,a\n3,"b"\n4,c\n')
    assert read(path) == [('1,"never closed',), ["2", "a"], ["3", "b"], ["4", "c"]]


def test_an_unclosed_quote_that_meets_a_later_quote_does_not_merge_two_rows(tmp_path):
    path = written(tmp_path, 'id,t\n1,"never closed\n2,"a"\n3,b\n')
    assert read(path) == [('1,"never closed',), ["2", "a"], ["3", "b"]]


@pytest.mark.parametrize("broken", ["1", "1,2,3", '1,"a"b'])
def test_a_row_of_another_width_or_with_a_stray_quote_is_broken(tmp_path, broken):
    assert read(written(tmp_path, f"id,t\n{broken}\n2,ok\n")) == [(broken,), ["2", "ok"]]


def test_a_row_with_bytes_of_no_encoding_is_broken_and_its_neighbours_are_not(tmp_path):
    good = "1,焊工和其他普通工人以及仓库管理员\n".encode() * 3
    found = read(written(tmp_path, b"id,t\n" + good + b"2,\xff\xfe\n" + good))
    assert len(found) == 7
    assert [len(fields) for fields in found] == [2, 2, 2, 1, 2, 2, 2]


def test_blank_lines_are_no_rows(tmp_path):
    assert read(written(tmp_path, "id,t\n\n1,a\n\n")) == [["1", "a"]]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "二进制"),
        ("id,t\n1,焊工\n".encode("utf-16"), "UTF-16"),
        (b"\x1f\x8bnot gzip at all", "已经损坏"),
        (b"\xff\xd8\xff\xfe\xfa" * 40, "不是 CSV 文本"),
        (b"id,id\n1,2\n", "列名重复：id"),
    ],
)
def test_what_is_no_csv_is_named(tmp_path, data, says):
    with pytest.raises(NotReadable, match=says):
        read(written(tmp_path, data))


def test_a_missing_file_a_folder_and_missing_columns_are_named(tmp_path):
    with pytest.raises(NotReadable, match="没有这个文件"):
        read(tmp_path / "none.csv")
    with pytest.raises(NotReadable, match="文件夹"):
        read(tmp_path)
    with open_rows(write_rows(tmp_path / "rows.csv", [row()])) as rows, pytest.raises(NotReadable, match=r"缺少这些列：salary、wage。.*id、source"):
        rows.require("id", "salary", "wage")


def test_a_file_that_was_cut_off_says_so_after_its_whole_rows(tmp_path):
    whole = gzip.compress(csv_text(row(number) for number in range(20_000)).encode())
    path = written(tmp_path, whole[: len(whole) // 2], "rows.csv.gz")
    seen = 0
    with open_rows(path) as rows, pytest.raises(NotReadable, match="没有传完整"):
        for record in rows.records():
            seen += record.fields is not None
    assert seen > 1000
