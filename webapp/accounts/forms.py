"""What people type about themselves. A field keeps what was typed; its normal form is in `number`, `address` or `digits` once valid."""

import re
import unicodedata

from wtforms import BooleanField, EmailField, Field, HiddenField, PasswordField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from webapp.access import ADMINISTRATORS, STAFF, Role
from webapp.accounts import passwords
from webapp.accounts.identity import BadIdentity, normalise_email, normalise_id_number, normalise_phone
from webapp.web import Form, options

NAME_MAX = 40
REASON_MAX = 200
ROLES = [("", "请选择"), *((role.value, role.label) for role in Role if role in STAFF - ADMINISTRATORS)]
"""What one administrator may give on a page; the three administrators watch each other, so they are made at the command line."""


def required(message: str) -> InputRequired:
    return InputRequired(message)


def at_most(count: int) -> Length:
    return Length(max=count, message=f"太长了，最多 {count} 个字。")


class PhoneField(TelField):
    number: str = ""

    def pre_validate(self, form: object) -> None:
        try:
            self.number = normalise_phone(self.data or "")
        except BadIdentity as reason:
            raise StopValidation(str(reason)) from reason


class AddressField(EmailField):
    address: str | None = None

    def pre_validate(self, form: object) -> None:
        if not (self.data or "").strip():
            return
        try:
            self.address = normalise_email(self.data or "")
        except BadIdentity as reason:
            raise StopValidation(str(reason)) from reason


class CodeField(StringField):
    digits: str = ""

    def pre_validate(self, form: object) -> None:
        self.digits = re.sub(r"\s", "", unicodedata.normalize("NFKC", self.data or ""))
        if not re.fullmatch(r"[0-9]{6}", self.digits):
            raise StopValidation("验证码是短信里的 6 位数字。")


class HiddenCodeField(CodeField):
    widget = HiddenInput()


class NameField(StringField):
    @property
    def name_given(self) -> str | None:
        return re.sub(r"\s+", " ", (self.data or "").strip()) or None


def check_name(form: Form, field: Field) -> None:
    if not re.fullmatch(r"[^\d<>{}\[\]@#$%^&*=+|\\/~`!?]*", field.data or ""):
        raise ValidationError("姓名里不要有数字或符号。")


class PhoneForm(Form):
    phone = PhoneField("手机号", [required("请填写手机号。")])


class ConsentForm(PhoneForm):
    agreed = BooleanField("我看过并同意个人信息处理告知", [required("要先同意告知，才能注册。")])


class CodeForm(Form):
    code = CodeField("验证码", [required("请填写短信里的 6 位验证码。")])


class CodeConsentForm(CodeForm):
    code = HiddenCodeField("验证码", [required("请填写短信里的 6 位验证码。")])
    agreed = BooleanField("我看过并同意个人信息处理告知", [required("要先同意告知，才能注册。")])


class PasswordSignInForm(Form):
    account = StringField("手机号或邮箱", [required("请填写手机号或邮箱。"), at_most(120)])
    password = PasswordField("密码", [required("请填写密码。"), Length(max=passwords.MAX_LENGTH, message="密码太长。")])

    def name(self) -> str:
        """The phone or e-mail in its normal form; what is neither is a name that no account has."""
        typed = self.account.data or ""
        normalise = normalise_email if "@" in unicodedata.normalize("NFKC", typed) else normalise_phone
        try:
            return normalise(typed)
        except BadIdentity:
            return typed.strip()


class ProfileForm(Form):
    name = NameField("姓名", [required("请填写姓名。"), at_most(NAME_MAX), check_name])
    email = AddressField("邮箱", [Optional()])


class WelcomeForm(ProfileForm):
    password = PasswordField("登录密码", [Optional()])


class IdNumberForm(Form):
    id_number = StringField("身份证号", [required("请填写身份证号。"), at_most(30)])
    number: str = ""

    def validate_id_number(self, field: Field) -> None:
        try:
            self.number = normalise_id_number(field.data or "")
        except BadIdentity as reason:
            raise ValidationError(str(reason)) from reason


class _NewPassword(Form):
    password = PasswordField("新密码", [required("请填写新密码。")])
    again = PasswordField("再填一次新密码", [required("请再填一次新密码。")])

    def validate_again(self, field: Field) -> None:
        if field.data != self.password.data:
            raise ValidationError("两次填的新密码不一样，请重新填写。")


class NewPasswordForm(_NewPassword):
    """With the current password."""

    current = PasswordField("现在的密码", [required("请填写现在的密码。"), Length(max=passwords.MAX_LENGTH, message="密码太长。")])


class NewPasswordByCodeForm(_NewPassword):
    """With a fresh code instead."""

    code = CodeField("验证码", [required("请填写短信里的 6 位验证码。")])


class InviteForm(Form):
    phone = PhoneField("手机号", [required("请填写手机号。")])
    name = NameField("姓名", [required("请填写姓名。"), at_most(NAME_MAX), check_name])
    role = SelectField("岗位角色", choices=options(ROLES), validators=[required("请选择岗位角色。")])
    region = SelectField("负责的地区", validators=[required("请选择地区。")])
    step = HiddenField()
    """`grant` once it was confirmed that an existing account gets the role, `back` to change what was typed."""

    def chosen_role(self) -> Role:
        return next(role for role in STAFF if role == self.role.data)


class ConfirmForm(Form):
    """One button."""


class DisableForm(Form):
    reason = TextAreaField("停用原因", [required("请写明停用原因。"), at_most(REASON_MAX)])


class GrantForm(Form):
    grant = HiddenField(validators=[required("请选择要收回的权限。")])
