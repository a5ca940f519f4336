"""What may not be done in this room; `says` tells the person why and what to do instead."""

from typing import ClassVar

from webapp.demand.models import NeedState


class Refusal(Exception):
    says: ClassVar[str] = ""

    def __str__(self) -> str:
        return self.says


class NotAnOfficer(Refusal):
    says = "这位同事没有这个地区的“企业服务专员”角色，或账号已停用。请先由系统管理员开通，再来分派"


class AlreadyTheirs(Refusal):
    says = "这家单位现在就由这位专员负责，没有改动"


class NoReason(Refusal):
    says = "请写明原因，接手的专员和检查的人都会看到"


class NothingToHandOver(Refusal):
    says = "这位专员在您的管辖区域里没有负责的单位，没有可移交的"


class Marked(Refusal):
    says = "这家单位已经因为这个理由列为重点企业"


class NotYet(Refusal):
    says = "联系日期不能晚于今天"


class TooEarly(Refusal):
    says = "下次联系日期不能早于这次联系的日期"


class Corrected(Refusal):
    says = "这条走访记录已经更正过，请在最新的一条上更正"


class IllegalMove(Refusal):
    def __init__(self, state: NeedState, wanted: NeedState) -> None:
        super().__init__(state, wanted)
        self.state, self.wanted = state, wanted

    def __str__(self) -> str:
        return f"这条需求现在是“{self.state.label}”，不能改为“{self.wanted.label}”。可能别人刚刚处理过，请看最新状态"


class Ended(Refusal):
    says = "这条需求已经关闭，不能再改。关错了请用“更正关闭”"


class NotEnded(Refusal):
    says = "这条需求没有关闭，或者已经更正过，不用再更正"


class NoRemark(Refusal):
    says = "请写明关闭的说明，例如“5 人已于 3 月 2 日全部到岗”"


class TooManyHired(Refusal):
    says = "已录用人数不能超过需求人数。要招更多的人，请先修改需求人数"


class AlreadyPosted(Refusal):
    says = "这条需求已经有在办的岗位，不用再生成。招聘停止以后可以再生成新的"


class NotLinkable(Refusal):
    says = "只能关联这家单位已提交、还没有关联其他需求的岗位"


class NotOwnNeed(Refusal):
    says = "这条需求由专员登记，要撤销请联系您的企业服务专员"


class NotReady(Refusal):
    says = "这个版本还没有算完，或者已经发布过，不能再发布"


class StillComputing(Refusal):
    says = "这个地区这一期的目录正在计算，请等它算完"


class NotBegun(Refusal):
    says = "这一期还没有开始，不能计算"
