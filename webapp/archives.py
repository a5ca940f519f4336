"""What an Excel workbook says of itself, looked at before anything in it is unpacked (ASVS V5.2.3).

A workbook is a zip archive, and its directory is what its sender wrote there. Python's zipfile gives of each part no more than the directory
says, so whoever reads the parts through it unpacks at most what was let pass here; that a part is what the directory says of it only its
checksum can tell.
"""

from collections.abc import Sequence
from zipfile import ZipFile, ZipInfo

PARTS_AT_MOST = 1_000
UNPACKED_AT_MOST = 50 * 1024 * 1024
RATIO_AT_MOST = 100
_SMALL = 10_000
"""Bytes; of less a high ratio says nothing."""


class NotAccepted(ValueError):
    """The text says in Chinese why, and what to do."""


def parts_of(archive: ZipFile, *, unpacked: int = UNPACKED_AT_MOST) -> Sequence[ZipInfo]:
    """Raises NotAccepted for macros, names that lead elsewhere, and more than a table ever needs; `unpacked`: bytes of all its parts."""
    parts = archive.infolist()
    if len(parts) > PARTS_AT_MOST:
        raise NotAccepted("这个 Excel 文件的部件太多，不像一张表。请只留要用的一张表，另存为新的 .xlsx 再上传")
    if any("vbaproject" in part.filename.lower() for part in parts):
        raise NotAccepted("这个 Excel 文件带有宏，不能接收。请另存为不带宏的 .xlsx 再上传")
    if any(part.filename.startswith(("/", "\\")) or ".." in part.filename.split("/") for part in parts):
        raise NotAccepted("这个 Excel 文件里有异常内容，不能接收。请另存为新的 .xlsx 再上传")
    packed = sum(part.compress_size for part in parts)
    if sum(part.file_size for part in parts) > min(unpacked, max(packed, _SMALL) * RATIO_AT_MOST):
        raise NotAccepted("这个 Excel 文件解开后太大，不能接收。请只留要用的一张表，或拆成几个文件")
    return parts
