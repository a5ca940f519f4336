"""Trades that are not allowed, and patterns by which people are cheated (FRAUD).

Three trades block: relief from debts (停息挂账), brushing of shops and app stores, paid watching. The rest goes to a person: chatting or
reading aloud at home, models who only try on, posting and sending back proof, recruiting in levels. Who fights such things for a living
(反欺诈, 催收, 风控) and who really works from home is not meant.
"""

import re
from collections.abc import Iterator

from webapp.gate.wording.family import Family, Hit, after, any_of, any_word, apart, before

_DEBT = any_of(
    r"停息挂[账帐]|停息分期|挂[账帐]停息|债务(?:优化|规划|化解师|协商(?:专员|师|顾问|主任)|政策性延期|减免分期|上岸)|减债(?:规划|师|顾问|专员)|债优",
    r"反催收|避免催收|(?:信用卡|网贷|逾期)[^\n。;,]{0,8}(?:停息|个性化分期|协商还款|债务优化|债务规划|延期还款)|征信(?:修复|洗白|铲单)",
    r"逾期(?:优化|规划|债务)(?:师|顾问|专员|优化)",
)
_BRUSHING = any_of(
    r"刷(?:单|好评|信誉|销量|榜|量员|下载量|评论|粉)|试客|(?:应用|app|软件|手机应用|游戏)(?:体验|试用|试玩|下载)员",
    r"应用(?:体验|推广)[^\n。;]{0,14}日结|日结[^\n。;]{0,6}应用(?:推广|体验)|(?:手机)?应用(?:推广|体验)\d{2,3}日结|应用体验[/ ]简单",
    r"产品试用[^\n。;]{0,8}日结",
    r"aso[^\n。;]{0,24}(?:下载(?:量|任务)|试玩|好评|刷)|(?:下载|注册)[^\n。;,]{0,6}app[^\n。;,]{0,10}(?:好评|评论|截图|返佣)",
    r"(?:点赞|关注|评论)(?:员(?!工)|任务|日结|赚|做单)|(?:淘宝|京东|拼多多|电商)(?:做单|补单|放单)|垫付(?:本金|货款)[^\n。;]{0,8}返",
)
_WATCHING = any_of(
    r"(?:看|观看|刷)短?(?:视频|广告|电影|短剧|直播)(?:就|即|便)?(?:能|可以?)?[^\n。;,管]{0,4}?(?:赚|日结|领(?:钱|工资|佣金)|得(?:佣金|钱)|有(?:佣金|收益|工资)|结算|提现)",
    r"(?:短?视频|电影|广告)(?:观看员|观影员|体验官)|观影(?:员|日结)|看(?:视频|广告)[^\n。;,]{0,6}\d+(?:元|块|毛)",
)
_LEVELS = any_of(
    r"上下级关系|发展(?:下线|下级|代理|团队成员)|拉人头|人头费|(?:招募|发展)(?:下线|合伙人)(?=[^\n。;]{0,12}(?:返佣|分成|提成|裂变))",
    r"裂变(?:下级|团队)|多级分销|入会可退|缴纳?代理费|回复求职者应聘信息[^\n。;]{0,12}(?:业务|客户)",
)
_FIGHTS = re.compile(
    r"(?:反|防|打击|识别|禁止|严禁|不(?:是|用|存在|涉及|做)?|非|无|拒绝|杜绝|监控|检测|规避|处理|查处|不需要?|排查|治理|投诉|风控|恶意|虚假|可疑|异常|避免)[^\n。;,]{0,6}$"
)
_FIGHTS_AFTER = re.compile(r"[^\n。;,]{0,4}(?:勿扰|监测|识别|治理|风险|行为|检测|排查|策略)")
_TRADES = ((_DEBT, "FRAUD.debt"), (_BRUSHING, "FRAUD.brushing"), (_WATCHING, "FRAUD.watching"))

_HOME = re.compile(r"居家|在家|宅家|线上|手机(?:就|即)?可?|远程|不露脸|无需露脸|不用露脸|不坐班|时间自由|地点自由|有手机")
_CHAT = any_of(
    r"(?:语音|打字|文字|陪伴?|情感|娱乐|网络|线上|居家|在线|唠嗑|异性|女号|抖音|快手)聊天|聊天(?:员|师|互动|打字|主播|兼职|赚|陪伴)|陪聊",
    r"居家打字|在家打字|打字员|线上打字|(?:语音|声音|音频|电台)(?:不露脸|交友)?(?:主播|直播|厅|互动|软件音频主播)|听声|连麦|哄睡|团播(?=[^\n]{0,6}居家)",
    r"(?:读|念|朗读|录)(?:文章?|书|稿|小说|故事|句子)(?:员|兼职|日结|录音|赚)?|小故事(?:电台)?读文|讲故事(?:兼职|日结)|录音(?:兼职|员)",
    r"有声(?:书|小说)(?:兼职|录制兼职)|(?:文字|语音)收益",
)
_QUICK = re.compile(
    r"日结|周结|天结|当天结|立结|每日自提|兼职|日薪|小时结|无需?经验|有无经验|简单(?:易学|易上手)?|宝妈|学生|手机(?:和)?(?:耳机|即可)|时间自由|不限"
)
_REAL_SERVICE = re.compile(r"客服|呼叫|话务|录入|语音识别|算法|工程师|标注|开发|测试|数据(?:标注|采集)|教师|老师|翻译|速录|会议|记者|编辑")
_TYPIST = re.compile(r"(?:居家|在家|线上)(?:兼职|全职)?打字员|居家打字|打字员(?=[^\n]{0,6}(?:居家|在家|日结))")
_TRY_ON = any_of(r"试衣|试穿|穿版|试装|穿搭模特|淘宝模特|平面模特|服装模特|(?:拍摄|平面|兼职)模特|模特(?=[^\n]{0,12}(?:兼职|日结|新人|不限))")
_TRY_ON_SIGNS = any_of(
    r"[123一两二三](?:-|到|至)[23456三四五六]个?小时|可自由选择是否参与|时间(?:自由|弹性)|弹性(?:时间|安排)|就近(?:安排|分配)|当天(?:下班)?(?:即刻)?结|拍摄完结|日结",
    r"无需(?:高)?颜值|不卡颜|无颜值要求|接受新人|可新人|微胖|大码|零经验|无需经验|不露脸|接受无经验|中老年|各年龄",
)
_POSTS = any_of(
    r"(?:发布|上传|转发|搬运)[^\n。;]{0,16}(?:回传|截图|返图|反馈截图)|回传(?:内容|链接|截图)",
    r"(?:按照?|根据)[^\n。;]{0,4}(?:指定|制定|公司的?)?[^\n。;]{0,4}(?:内容|格式|素材|要求|文案)[^\n。;]{0,10}(?:发布|上传)[至到]?[^\n。;]{0,8}(?:平台|账号|自媒体)?",
    r"(?:短剧|小说|视频|图文|笔记)(?:矩阵)?(?:发布|搬运|推广)(?:员|专员|客服)?(?=[^\n]{0,24}(?:居家|兼职|在家|小白|可做|日结))",
    r"(?:居家|兼职|在家|线上)[^\n]{0,8}(?:短剧|短视频|图文|小说|视频)(?:网络)?(?:发布|搬运|推广)",
    r"[1一]单[^\n。;]{0,3}\d+(?:-\d+)?(?:元|块)[^\n。;]{0,12}(?:发布|转发)|无人(?:直播|播放)",
)
_PIECEWORK = re.compile(
    r"日结|兼职|按(?:单|条|篇|播放量|量)|多劳多得|24小时(?:结算|内结)|居家|手机(?:即可|办公|就行)|1单|无门槛|操作简单|小白|简单易学"
)
_NEAR = 200


def _unlawful(plain: str) -> Iterator[Hit]:
    for pattern, code in _TRADES:
        for found in pattern.finditer(plain):
            if not _FIGHTS.search(before(plain, found.start(), 12)) and not _FIGHTS_AFTER.match(after(plain, found.end(), 8)):
                yield Hit(code, *found.span())


def _suspected(plain: str) -> Iterator[Hit]:
    yield from _in_levels(plain)
    yield from _at_home(plain)
    yield from _models(plain)
    yield from _proofs(plain)


def _in_levels(plain: str) -> Iterator[Hit]:
    for found in _LEVELS.finditer(plain):
        if not _FIGHTS.search(before(plain, found.start(), 12)):
            yield Hit("FRAUD.levels", *found.span())


def _at_home(plain: str) -> Iterator[Hit]:
    """Talk or reading from home, with quick pay or no need to know anything; a title of a real service is believed."""
    title = plain.partition("\n")[0]
    for found in _CHAT.finditer(plain):
        near = f"{title}\n{plain[max(0, found.start() - _NEAR) : found.end() + _NEAR]}"
        if _HOME.search(near) and _QUICK.search(near) and not _REAL_SERVICE.search(title):
            yield Hit("FRAUD.home", *found.span())
            return
    typist = _TYPIST.search(title)
    if typist:
        yield Hit("FRAUD.home", *typist.span())


def _models(plain: str) -> Iterator[Hit]:
    found = _TRY_ON.search(plain)
    if found and len({sign[0] for sign in _TRY_ON_SIGNS.finditer(plain)}) >= 2:
        yield Hit("FRAUD.model", *found.span())


def _proofs(plain: str) -> Iterator[Hit]:
    found = _POSTS.search(plain)
    if found and len({sign[0] for sign in _PIECEWORK.finditer(plain)}) >= 2:
        yield Hit("FRAUD.posting", *found.span())


_TRADE_HINTS = any_word(
    "停息 挂账 挂帐 债务 减债 债优 催收 征信 逾期 网贷 信用卡 刷单 刷好评 刷信誉 刷销量 刷榜 刷量 刷下载 刷评论 刷粉 试客 体验员 试用员 试玩 下载员",
    "应用推广 应用体验 产品试用 aso 点赞 评论员 关注员 做单 补单 放单 垫付 看视频 看广告 看电影 看短 看直播 刷视频 刷短 观看 观影 体验官 下载 注册",
)
_HINTS = any_word(
    "聊天 陪聊 打字 语音 声音 音频 电台 读文 读书 朗读 念 录音 有声 故事 试衣 试穿 穿版 试装 模特 回传 截图 发布 上传 搬运 无人 文字收益",
    "下级 下线 拉人头 人头费 裂变 入会 代理 分销 连麦 哄睡 团播 小说 应聘信息 听声 合伙人 团队成员 推广",
)
FRAUD_TRADES = Family(("FRAUD.debt", "FRAUD.brushing", "FRAUD.watching"), _TRADE_HINTS, lambda plain: apart(_unlawful(plain)))
FRAUD = Family(("FRAUD.levels", "FRAUD.home", "FRAUD.model", "FRAUD.posting"), _HINTS, lambda plain: apart(_suspected(plain)))
