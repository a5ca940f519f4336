"""What the operator's and the auditor's pages call a fact, a queue, a process and a role. Tests hold the tables complete."""

from collections.abc import Mapping
from typing import Any

from webapp.access import Role

EVENT_LABELS = {
    "PersonRegistered": "注册账号",
    "CodeRequested": "申请验证码",
    "SignedIn": "登录",
    "SignedOut": "退出登录",
    "OtherSessionsEnded": "退出其他设备",
    "PersonChanged": "修改个人信息",
    "EmailConfirmationRequested": "申请确认邮箱",
    "EmailConfirmed": "确认邮箱",
    "AccountLocked": "账号锁定",
    "PasswordChanged": "修改密码",
    "StaffInvited": "邀请工作人员",
    "RoleGranted": "授予角色",
    "RoleRevoked": "收回角色",
    "PersonDisabled": "停用账号",
    "PersonEnabled": "恢复账号",
    "ReferenceImported": "导入基础数据",
    "WordingAdded": "添加同义词",
    "WordingRemoved": "删除同义词",
    "EmployerRegistered": "登记用人单位",
    "EmployerChanged": "修改单位信息",
    "EmployerVerified": "单位核验通过",
    "EmployerRefused": "单位核验未通过",
    "EmployerContactShown": "查看单位联系电话",
    "MemberAdded": "增加单位成员",
    "MemberRemoved": "移除单位成员",
    "SeekerProfileChanged": "修改求职资料",
    "SearchSaved": "保存搜索",
    "SavedSearchChanged": "修改搜索订阅",
    "SavedSearchRemoved": "删除保存的搜索",
    "PostingDrafted": "起草岗位",
    "PostingSubmitted": "提交岗位审核",
    "PostingApproved": "岗位审核通过",
    "PostingReturned": "岗位退回修改",
    "PostingClosed": "岗位停止招聘",
    "PostingReopened": "岗位恢复招聘",
    "PostingsExpired": "岗位批量到期",
    "ApplicationSent": "投递应聘",
    "ApplicationOpened": "查看应聘",
    "ApplicationWithdrawn": "撤回应聘",
    "SearchIgnored": "忽略搜索词",
    "SearchRestored": "恢复搜索词",
    "SourceOpened": "开通数据来源",
    "BatchImported": "批量导入岗位",
    "CampaignPrepared": "划定抽查范围",
    "CampaignDrawn": "抽取抽查样本",
    "CampaignFinished": "结束抽查",
    "CampaignPublished": "公布抽查结果",
    "CampaignCancelled": "作废抽查",
    "CallLogged": "记录抽查通话",
    "CheckJudged": "作出抽查结论",
    "CheckReopened": "退回重查",
    "CheckReassigned": "改派检查人员",
    "ReportReceived": "收到举报",
    "ReportTaken": "受理举报",
    "ReportOffered": "请同事接手举报",
    "ReportDecided": "办结举报",
    "ReportTransferred": "移送举报",
    "ReporterShown": "查看举报人联系方式",
    "ReportPackMade": "生成举报移送材料",
    "InspectionForgotten": "清除举报和抽查中的个人信息",
    "PhoneBookChanged": "修改维权电话",
    "MatchesFound": "匹配求职者",
    "MessageQueued": "发送消息",
    "DeliveryRetried": "重新处理失败任务",
    "DeliveryClosed": "关闭失败任务",
    "UpkeepDue": "定时任务到点",
    "IndexCheckDue": "定时核对索引",
    "IndexCheckAsked": "要求核对索引",
    "IndexRebuildAsked": "要求重建索引",
    "DemoLoaded": "装入演示数据",
}
QUEUE_LABELS = {"index": "检索索引", "notify": "通知", "batch": "批量任务"}
LISTENER_LABELS = {
    "deliver_message": "发送邮件或短信",
    "send_code": "发送验证码",
    "write_confirmation": "写邮箱确认信",
    "tell_invited": "告知被授予角色的人",
    "index_posting": "更新岗位索引",
    "index_batch": "更新批次索引",
    "index_expired": "更新到期岗位索引",
    "check_index": "核对索引",
    "rebuild_index": "重建索引",
    "run_upkeep": "定时任务",
    "match_posting": "匹配保存的搜索",
    "notify_seekers": "通知求职者",
}
_ROLE_LABELS = {"system": "系统", "operator": "命令行操作员", "visitor": "访客"}
FIELD_LABELS = {
    "word": "词",
    "words": "其他叫法数",
    "occupations": "职业数",
    "application_id": "应聘",
    "at": "时刻",
    "batch_id": "批次",
    "code_id": "验证码",
    "confirmation_id": "邮箱确认",
    "count": "数量",
    "delivery_id": "任务",
    "employer_id": "单位",
    "job": "任务",
    "kind": "类别",
    "message_id": "消息",
    "may_shrink": "允许变小",
    "method": "方式",
    "minute": "计划时间",
    "on": "日期",
    "person_id": "人员",
    "posting_id": "岗位",
    "postings": "岗位数",
    "reason": "原因",
    "refused": "拒收",
    "region": "地区",
    "role": "角色",
    "rows": "行数",
    "saved_search_id": "订阅",
    "source_id": "来源",
    "state": "状态",
    "taken": "收下",
    "calls": "通话数",
    "reports": "举报数",
    "verdict": "结论",
    "size": "样本",
    "report_id": "举报",
    "population": "总体",
    "outcome": "结果",
    "office": "移送单位",
    "inspectors": "检查人员数",
    "decision": "处理结果",
    "check_id": "抽查岗位",
    "campaign_id": "抽查任务",
}
_ORIGIN_LABELS = {"web": "网页", "cli": "命令行", "worker": "后台"}


def event_label(name: str) -> str:
    """An entry of a kind that no longer exists is still shown, by its name."""
    return EVENT_LABELS.get(name, name)


def role_label(role: str) -> str:
    return next((known.label for known in Role if known.value == role), _ROLE_LABELS.get(role, role))


def details(payload: Mapping[str, Any]) -> str:
    """What an entry says beside its subject, which is the first value of the fact."""
    told = ((name, role_label(value) if name == "role" else value) for name, value in list(payload.items())[1:])
    return "，".join(f"{FIELD_LABELS.get(name, name)} {value}" for name, value in told)


def origin_label(origin: str) -> str:
    """`web`, `cli`, `worker` or `source:<name>`."""
    kind, _, name = origin.partition(":")
    return f"来源：{name}" if kind == "source" else _ORIGIN_LABELS.get(kind, origin)


def process_label(name: str) -> str:
    """`relay`, `worker:notify:<host>`: the kind of process in words, its full name beside it."""
    kind, _, rest = name.partition(":")
    queue = rest.partition(":")[0]
    if kind == "relay":
        return "调度"
    return f"处理：{QUEUE_LABELS[queue]}" if queue in QUEUE_LABELS else name
