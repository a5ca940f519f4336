"""What may not be done with a destination; `says` tells the person why and what to do instead."""

from typing import ClassVar

from webapp.casework.refusals import Refusal


class UnknownCode(Refusal):
    says = "这个年度的去向表里没有这个代码，请在列表中选择"


class UnknownEvidence(Refusal):
    says = "请在列表中选择证明材料"


class NoProof(Refusal):
    """The article is named: whoever holds such a paper has to read why it does not count."""

    says: ClassVar[str] = ""

    def __init__(self, label: str, article: str) -> None:
        super().__init__(label, article)
        self._label, self._article = label, article

    def __str__(self) -> str:
        instead = "请改用就业协议、劳动合同、参保证明等材料；只是在见习或实习的，去向仍按未就业登记"
        return f"{self._label}不能作为去向的证明。依据：{self._article}。{instead}"


class Superseded(Refusal):
    says = "这条去向已经被更新的登记代替，请刷新后再看"


class NoPhone(Refusal):
    says = "没有手机号，不能发确认短信。请先补登手机号，或当面请本人核对"


class AskedEnough(Refusal):
    says = "今天已经给这位毕业生发过确认短信，请明天再发"


class SpentLink(Refusal):
    says = "这个链接已经失效"


class Pressing(Refusal):
    """A word to a graduate that the rule of the four don'ts forbids."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self._words = words

    def __str__(self) -> str:
        return self._words


class NotByRule(Refusal):
    """The gaps, in the words of the rule."""

    def __init__(self, gaps: list[str]) -> None:
        super().__init__(*gaps)
        self._gaps = gaps

    def __str__(self) -> str:
        return f"还不能退出名单：{'；'.join(self._gaps)}"


class Ruled(Refusal):
    says = "已经有人办结了，请刷新后再看"


class NoAnswer(Refusal):
    says = "请写明告诉本人的话：本人在链接里能看到"


class NothingToAccept(Refusal):
    says = "请选择按哪个去向登记"
