from webapp.casework.refusals import Refusal


class BadLength(Refusal):
    """The agreement is too short or too long."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self._trouble = trouble

    def __str__(self) -> str:
        return self._trouble


class NotEligible(Refusal):
    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(*reasons)
        self._reasons = reasons

    def __str__(self) -> str:
        return f"不符合见习条件：{'；'.join(self._reasons)}"


class NoPlaceLeft(Refusal):
    says = "这个见习岗位的名额已满"


class PostClosed(Refusal):
    says = "这个见习岗位已经停用，请另选一个"


class AlreadyTraining(Refusal):
    says = "这个人正在见习，请先登记结束"


class OutsideAgreement(Refusal):
    says = "见习日期要在岗位协议的起止日期之内"


class Ended(Refusal):
    says = "这段见习已经结束"


class BeforeItBegan(Refusal):
    says = "结束日期不能早于开始日期"


class NotThatMonth(Refusal):
    says = "这个月不在见习期内"


class OutOfTurn(Refusal):
    says = "提前留用的，应当是留用；没有期满就中止的，不能算留用"
