from wtforms import TextAreaField
from wtforms.validators import InputRequired

from webapp.postings.forms import Radio, short, stripped
from webapp.web import Form


class ApplyForm(Form):
    message = TextAreaField("想对用人单位说的话", [short("留言", 500)], filters=[stripped], description="可以写会什么、做过什么、什么时候能上班")
    shares_phone = Radio("姓名和电话", [InputRequired("请选择是否把姓名和电话提供给这家单位")])
    """Nothing is chosen beforehand: consent is given (个人信息保护法 §23), and a refusal is a decision, not an oversight."""

    def ask_for(self, employer: str) -> None:
        self.shares_phone.choices = [("yes", f"同意向“{employer}”提供我的姓名和手机号码"), ("no", "暂不同意")]
