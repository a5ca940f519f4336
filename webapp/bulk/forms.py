"""What an employer uploads and decides about it."""

import re
from collections.abc import Sequence

from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import ValidationError

from webapp.bulk.models import Aim
from webapp.employers.models import Employer
from webapp.postings.forms import Choice
from webapp.reference import queries as reference
from webapp.web import Form, options

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
"""What .xls files begin with, and workbooks with a password."""


class UploadForm(Form):
    employer = Choice("发布单位", choices=[], default="")
    file = FileField("填好的表格", [FileRequired("请选择填好的表格")])

    def prepare(self, employers: Sequence[Employer]) -> "UploadForm":
        if len(employers) < 2:
            del self.employer
        else:
            self.employer.choices = options([("", "请选择"), *((str(one.id), one.name) for one in employers)])
            self.employer.flags.required = True
        return self

    def validate_employer(self, field: Choice) -> None:
        if not field.data:
            raise ValidationError("请选择发布单位")

    def validate_file(self, field: FileField) -> None:
        most = reference.whole("bulk_file_megabytes_max")
        content = self.content
        if not content:
            raise ValidationError("文件是空的，请重新选择")
        if len(content) > most * 1024 * 1024:
            raise ValidationError(f"文件超过 {most} MB。请删掉图片和用不着的表，或者分成几份")
        if content.startswith(_OLD_EXCEL):
            raise ValidationError("这是旧格式（.xls）或加了密码的文件。请用 Excel 或 WPS 另存为没有密码的 .xlsx 再上传")

    @property
    def content(self) -> bytes:
        """All of it: the largest request is a setting."""
        self.file.data.stream.seek(0)
        content: bytes = self.file.data.stream.read()
        return content

    @property
    def file_name(self) -> str:
        return re.split(r"[/\\:]", self.file.data.filename or "")[-1]

    def chosen(self, employers: Sequence[Employer]) -> Employer | None:
        if "employer" not in self:
            return next(iter(employers), None)
        return next((one for one in employers if str(one.id) == self.employer.data), None)


class ConfirmForm(Form):
    aim = StringField("处理方式")

    @property
    def chosen(self) -> Aim | None:
        return next((aim for aim in Aim if aim.value == self.aim.data), None)
