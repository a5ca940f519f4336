"""A small vocabulary for the tests of understanding: official names and codes, trades by their words."""

from decimal import Decimal

from search.understanding import Place, PlaceKind, Vocabulary, Wording

_UNITS = {"hour": Decimal(174), "day": Decimal("21.75"), "week": Decimal(52) / 12, "month": Decimal(1), "year": Decimal(1) / 12}
_REGIONS = (
    ("370000", "山东省", "山东", PlaceKind.PROVINCE),
    ("370100", "济南市", "济南", PlaceKind.CITY),
    ("370200", "青岛市", "青岛", PlaceKind.CITY),
    ("370300", "淄博市", "淄博", PlaceKind.CITY),
    ("370400", "枣庄市", "枣庄", PlaceKind.CITY),
    ("370500", "东营市", "东营", PlaceKind.CITY),
    ("371300", "临沂市", "临沂", PlaceKind.CITY),
    ("371400", "德州市", "德州", PlaceKind.CITY),
    ("370102", "历下区", "历下", PlaceKind.COUNTY),
    ("370103", "市中区", "市中", PlaceKind.COUNTY),
    ("370402", "市中区", "市中", PlaceKind.COUNTY),
    ("370124", "平阴县", "平阴", PlaceKind.COUNTY),
    ("370202", "市南区", "市南", PlaceKind.COUNTY),
    ("370213", "李沧区", "李沧", PlaceKind.COUNTY),
    ("370502", "东营区", "东营", PlaceKind.COUNTY),
    ("370785", "高密市", "高密", PlaceKind.COUNTY),
    ("370881", "曲阜市", "曲阜", PlaceKind.COUNTY),
    ("371426", "平原县", "平原", PlaceKind.COUNTY),
    ("210200", "大连市", "大连", PlaceKind.CITY),
    ("110000", "北京市", "北京", PlaceKind.PROVINCE),
    ("540400", "阿里地区", "阿里", PlaceKind.CITY),
)
_NAMES = (
    ("长岛", "370614", "蓬莱区", PlaceKind.FORMER, "", 6),
    ("济南高新区", "370176", "济南高新区", PlaceKind.ZONE, "", 6),
    ("趵突泉街道", "370102", "趵突泉", PlaceKind.STREET, "370102003", 5),
    ("趵突泉", "370102", "趵突泉", PlaceKind.STREET, "370102003", 3),
    ("和平", "370203", "和平", PlaceKind.STREET, "370203001", 3),
    ("解放路", "370102", "解放路", PlaceKind.STREET, "370102001", 3),
    ("解放路", "370302", "解放路", PlaceKind.STREET, "370302001", 3),
)
_WEIGHTS = {PlaceKind.PROVINCE: 9, PlaceKind.CITY: 8, PlaceKind.COUNTY: 7}
WELDER, CLEANER, GUARD, DRIVER = "6-18-02-04", "4-09-08-01", "4-07-05-01", "4-02-02-02"
TRADES = {
    "焊工": Wording(("电焊工", "二保焊"), (WELDER,)),
    "电焊工": Wording(("焊工",), (WELDER,)),
    "焊接": Wording(("焊工", "电焊工"), (WELDER,)),
    "扫地的": Wording(("保洁", "保洁员"), (CLEANER,)),
    "保洁": Wording(("清洁工",), (CLEANER,)),
    "保洁员": Wording(("保洁",), (CLEANER,)),
    "保安": Wording(("门卫",), (GUARD,)),
    "司机": Wording(("驾驶员",), (DRIVER,)),
    "会计": Wording(("财务",)),
    "厨师": Wording(("大厨",)),
    "护士": Wording(("护师",)),
    "店员": Wording(("营业员",)),
    "厂里": Wording(("普工", "操作工")),
    "视频剪辑": Wording(("剪辑",)),
    "cnc": Wording(("数控",)),
    "vue": Wording(("前端",)),
    "c++工程师": Wording(("c++",)),
    "4s店": Wording(("汽车销售",)),
    "钢筋工": Wording(("钢筋",)),
}


def monthly(amount: Decimal, unit: str) -> int | None:
    return int(amount * _UNITS[unit])


def vocabulary() -> Vocabulary:
    places: dict[str, tuple[Place, ...]] = {}
    for code, name, short, kind in _REGIONS:
        for form in (name, short):
            places[form] = (*places.get(form, ()), Place(code, name, kind, weight=_WEIGHTS[kind], short=form == short))
    for form, code, name, kind, street, weight in _NAMES:
        place = Place(code, name, kind, street, weight, short=bool(street) and not form.endswith("街道"))
        places[form] = (*places.get(form, ()), place)
    places["东营"] = tuple(sorted(places["东营"], key=lambda place: -place.weight))
    return Vocabulary(places=places, trades=TRADES, common=frozenset({"焊工", "保洁", "司机", "保安"}), monthly=monthly)
