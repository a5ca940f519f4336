from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from webapp.web import Form


class SaveForm(Form):
    name = StringField("名称", [InputRequired("请给这个订阅起个名字"), Length(max=80, message="最多 80 个字，请删减")])
    by_email = BooleanField("同时发电子邮件")


class EmailForm(Form):
    """One button: what it will be after the click."""

    by_email = HiddenField()

    @property
    def wants_email(self) -> bool:
        return self.by_email.data == "1"
