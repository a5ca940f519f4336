"""1+1+N: an administrator takes a node in, the node pushes, refused rows come back, a snapshot waits, two sources contradict each other."""

import json
import urllib.request

from tests.factories.accounts import make_staff
from tests.factories.sources import json_lines, make_node, receive, row, stored_batch
from tests.journeys import walks
from tests.journeys.places import HerePlace, Place, RunningPlace
from webapp.access import Role
from webapp.sources.models import BatchMode

DUTIES = "在窑前吹制琉璃器皿，看火候、修口、退火，独立完成小件；学徒由师傅带教三个月，窑口温度高，发放防护用品，两班倒。"


def job(number: int, **changes: str) -> dict[str, str]:
    return row(number, title="琉璃窑炉工", company="济南琉璃窑业有限公司", description=DUTIES, salary_text="6000-8000元/月", **changes)


def test_an_administrator_takes_a_node_in_and_takes_its_key_back(place: Place) -> None:
    admin = walks.signed_in(place, make_staff(Role.SYSTEM_ADMIN, "370100"))
    admin.open("/sources")
    admin.follow("登记节点")
    admin.press("保存")
    assert "有几处需要修改" in admin.text
    admin.fill({"节点名称": "窑村零工驿站", "联系人和电话": "郝联络 15900001111", "排序": "二十"})
    admin.choose("类型", "人力资源市场、零工市场")
    admin.choose("所属地区", "历下区")
    admin.press("保存")
    assert "排序" in admin.text and admin.value("节点名称") == "窑村零工驿站"
    admin.fill({"排序": "20"})
    admin.press("保存")
    assert admin.h1 == "窑村零工驿站"
    admin.fill({"用途": "对接系统"})
    admin.press("发放密钥")
    assert "只显示这一次" in admin.text and "zlk_" in admin.text
    admin.press("显示联系人")
    assert "15900001111" in admin.text
    admin.press("吊销")
    assert "密钥已吊销" in admin.text
    admin.press("停用节点")
    assert "请写明理由" in admin.text
    admin.fill({"停用理由": "设备检修"})
    admin.press("停用节点")
    assert "节点已停用" in admin.text
    admin.press("恢复接收")
    admin.follow("修改")
    admin.fill({"拉取地址": "https://evil.example.com/a"})
    admin.press("保存")
    assert "不在允许拉取的名单里" in admin.text
    admin.open("/sources/guide")
    assert "岗位归集接入说明" in admin.h1


def test_bad_rows_come_back_and_a_thin_snapshot_waits_for_a_person(place: Place) -> None:
    node = make_node("窑村人力市场")
    admin = walks.signed_in(place, make_staff(Role.SYSTEM_ADMIN, "370100"))
    first = receive(node, json_lines([*(row(number) for number in range(1, 31)), row(31, title=""), row(32, region_code="1")]))
    place.settle()
    admin.open(f"/sources/batches/{first.id}")
    assert "缺岗位名称" in admin.text and "已完成" in admin.text
    thin = receive(node, json_lines([row(1)]), mode=BatchMode.SNAPSHOT)
    place.settle()
    admin.open("/sources")
    assert "等人放行" in admin.text
    admin.open(f"/sources/batches/{thin.id}")
    admin.press("确实撤下了：放行")
    assert "已放行" in admin.text
    place.settle()
    assert stored_batch(thin).removed == 29
    admin.open(f"/sources/batches/{thin.id}")
    admin.open(f"/sources/{node.id}")
    admin.follow("撤下这个节点的全部岗位")
    admin.press("撤下全部岗位")
    assert "请写明理由" in admin.text
    admin.fill({"理由": "对方停业"})
    admin.press("撤下全部岗位")
    place.settle()
    admin.open(f"/sources/{node.id}")


def test_one_job_of_two_sources_is_one_card_and_what_they_say_differently_is_settled(place: Place) -> None:
    one, two, three = make_node("窑村甲市场"), make_node("窑村乙平台"), make_node("窑村丙机构")
    receive(one, json_lines([job(1)]))
    receive(two, json_lines([job(2, headcount="4", url="https://jobs.example.com/2")]))
    receive(three, json_lines([job(3) | {"salary_text": "9000-12000元/月"}]))
    place.settle()
    seeker = place.visitor()
    walks.search(seeker, "琉璃窑炉工")
    assert "共 2 个岗位" in seeker.text or seeker.text.count("琉璃窑炉工") >= 2
    reviewer = walks.reviewer(place)
    reviewer.open("/sources/cards")
    reviewer.follow("琉璃窑炉工")
    reviewer.press("分开")
    assert "请写明为什么是两个岗位" in reviewer.text
    reviewer.open("/sources/conflicts")
    reviewer.follow("琉璃窑炉工")
    reviewer.press("记录决定")
    assert "请选择一项" in reviewer.text
    reviewer.choose("决定", "以乙方为准")
    reviewer.fill({"理由": "电话核实用人单位，工资已经涨了"})
    reviewer.press("记录决定")
    assert "决定已记录" in reviewer.text
    reviewer.open("/sources/conflicts?state=settled")
    assert "工资已经涨了" in reviewer.text


def test_a_node_pushes_and_what_it_sent_is_found(place: Place) -> None:
    admin = walks.signed_in(place, make_staff(Role.SYSTEM_ADMIN, "370100"))
    node = make_node("窑村推送节点")
    admin.open(f"/sources/{node.id}")
    admin.fill({"用途": "对接系统"})
    admin.press("发放密钥")
    secret = "zlk_" + admin.text.partition("zlk_")[2].split()[0]
    receipt = push(place, secret, json_lines([row(70, title="琉璃打磨工")]))
    place.settle()
    seeker = place.visitor()
    walks.search(seeker, "琉璃打磨工")
    assert seeker.offers("琉璃打磨工")
    admin.open(f"/sources/batches/{receipt['id']}")
    assert "已完成" in admin.text


def push(place: Place, secret: str, content: bytes) -> dict[str, str]:
    """As another machine does it: without a browser."""
    path, headers = "/api/sources/batches?mode=delta", {"Authorization": f"Bearer {secret}", "Idempotency-Key": "k-1"}
    if isinstance(place, HerePlace):
        answer = place.app.test_client().post(path, data=content, headers=headers, csrf=False)  # type: ignore[call-arg]  # CheckingClient
        assert answer.status_code == 202
        return dict(answer.json or {})
    assert isinstance(place, RunningPlace)
    with urllib.request.urlopen(urllib.request.Request(place.url + path, data=content, headers=headers)) as answer:
        assert answer.status == 202
        return dict(json.loads(answer.read()))
