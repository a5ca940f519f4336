"""What may not be done in this room; `says` tells the person why and what to do instead."""

from typing import ClassVar


class Refusal(Exception):
    says: ClassVar[str] = ""

    def __str__(self) -> str:
        return self.says


class NotACaseworker(Refusal):
    says = "这位同事没有这个地区的“就业专员”角色，或账号已停用。请先由系统管理员开通，再来分派"


class AlreadyTheirs(Refusal):
    says = "这个人现在就由这位专员负责，没有改动"


class NoReason(Refusal):
    says = "请写明原因，接手的专员和检查的人都会看到"


class ChangedMeanwhile(Refusal):
    says = "您打开以后，别人改过这条记录。您写的内容还在，请看过最新情况再保存"


class NotYet(Refusal):
    says = "日期不能晚于今天"


class Left(Refusal):
    says = "这个人已经退出名单，不能再办理。要继续服务，请先重新纳入"


class TooLate(Refusal):
    says = "现在不能撤销了：过了时间，或者后面又有了新的记录。写错了请再记一条更正，原来的一条保留备查"


class TooMany(Refusal):
    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def __str__(self) -> str:
        return f"一次最多处理 {self.most} 人，请缩小范围"


class NobodyChosen(Refusal):
    says = "还没有选中任何人。请先勾选，或者选“全部符合条件的人”"


class TooManyFilters(Refusal):
    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def __str__(self) -> str:
        return f"最多存 {self.most} 个常用筛选，请先删掉不用的"
