"""What may not be done with a roster; `says` tells the person why and what to do instead."""

from webapp.casework.refusals import Refusal


class NotInThatState(Refusal):
    says = "这份名册已经处理过了，请看最新情况"


class NothingToAssign(Refusal):
    says = "没有待分派的人了，可能同事刚刚分派过。请看最新情况"


class ProposalChanged(Refusal):
    says = "您看建议的时候，待分派的人或专员有变化。请看过新的建议再确认"
