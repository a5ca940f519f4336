"""The privacy notice that is shown before a phone number is asked for, as data: its version and hash are kept with each consent."""

import hashlib

VERSION = "2026-11-2"
PURPOSE = "account"
SECTIONS: tuple[tuple[str, str], ...] = (
    ("我们收集什么", "手机号用来登录和联系您。姓名、邮箱、身份证号由您决定填不填。系统还会记下登录时间和操作记录，用来保护您的账号。"),
    ("用来做什么", "只用于公共就业服务：登录、找工作、招聘、求职应聘、审核和统计。不会用来做广告，也不会卖给任何人。"),
    ("求职时谁能看到", "您应聘某个岗位时，由您选择是否把姓名和手机号提供给这家单位。没有您的同意，用人单位看不到。身份证号任何用人单位都看不到。"),
    ("招聘时谁能看到", "单位登记的联系人和手机号，只给核验单位的工作人员和本单位的成员看，不公开。本单位的成员之间看得到姓名和打了星号的手机号。"),
    ("怎样保管", "手机号、姓名、邮箱和身份证号都加密保存，页面上只显示一部分。"),
    ("保存多久", "账号使用期间一直保存。停用后，法律要求保存的服务记录保存三年，其余删除。"),
    ("您的权利", "您可以查看、改正自己的信息，也可以要求删除或注销账号。办理方式：登录后在“我的账号”里修改，或拨打 12333。"),
    ("未满16周岁", "未满16周岁不能注册求职。"),
)


def text_hash() -> bytes:
    return hashlib.sha256("\n".join(f"{title}\n{text}" for title, text in SECTIONS).encode()).digest()
