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


class NoOperator(Refusal):
    says = "服务记录要写明是谁做的：请登录后再录入"


class NotKnown(Refusal):
    says = "没有这种服务类型或服务方式，请重新选择"


class NothingSaid(Refusal):
    says = "请写明做了什么，只选类型不能算一次服务"


class TooLongAgo(Refusal):
    says = "服务日期太早，超出可以补录的范围。请核对日期"


class BeforeEntry(Refusal):
    says = "服务日期早于纳入名单的日期。请核对日期"


class WithoutPosting(Refusal):
    says = "岗位推荐和见习机会要写明是哪个单位的什么岗位，每行一个"


class Superseded(Refusal):
    says = "这条记录已经更正过，请打开更正后的那一条"


class NoSteps(Refusal):
    says = "请至少写一个步骤"


class ClosedPosting(Refusal):
    says = "这个岗位已经不在招聘，不能推荐"


class NothingNew(Refusal):
    says = "这些岗位都已经推荐过，没有新的推荐"


class NoAnswerYet(Refusal):
    says = "请选择本人的答复；不去的话请选原因"


class AskDatePast(Refusal):
    says = "再次询问的日期要晚于今天"


class NoProof(Refusal):
    says = "请选择一种凭证：户籍、常住、就业、参保有一种就可以办理"


class ProofElsewhere(Refusal):
    says = "这份凭证上的地区不归您服务。请核对地区，或告诉本人到凭证所在地办理"


class UnknownReason(Refusal):
    says = "请从列表里选择退出原因"


class Decided(Refusal):
    says = "这一条已经有人办理过，请刷新后再看"


class NotYours(Refusal):
    says = "只能修改您所在市（或更大范围）负责的地区的标准"


class NoChange(Refusal):
    says = "和现行标准一样，没有改动"


class HeldElsewhere(Refusal):
    says = "这个人现在不在您负责的地区的名单里，不能直接纳入。请联系市级就业专员办理转移"


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
