"""The draw: which postings are checked, and by whom. Pure and deterministic, so that anybody can make it again without this program.

The population is a text: a line per posting, `county TAB source TAB key`, sorted; its SHA-256 is published before the seed is known. Each
(county, source) is a stratum. Inside it the postings are put in the order of SHA-256(`seed:key`), and the first ones are checked.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

RATE_UNIT = 10_000
"""A rate is given in hundredths of a percent."""
METHOD = (
    "种子由两段组成，中间用短横相连：前一段是抽取时当众填写的（可以不填），后一段是填写以后系统才产生的 16 位数字，所以谁也不能事先试出想要的结果。",
    "总体按“县（市、区）× 来源”分层。样本量 = 总体 × 抽查比例，有小数就进一位；不少于层数，不多于总体。",
    "每层先分 1 个，其余名额按各层剩下的岗位数的比例分配（最大余数法；余数相同的，排在前面的层先得）。层按区划代码、来源名称的字符编码排序。",
    "每层里，对每个岗位计算“种子:岗位编号”的 SHA-256，从小到大排列，取最前面的几个。",
    "检查人员：把样本全部按上述 SHA-256 从小到大排列，逐个分派；可派的人里取已分到最少的，一样少的取“种子:岗位编号:人员编号”的 SHA-256 最小的。",
    "可派的人是名录中管辖该岗位所在地、不是（也没做过）该单位成员、也没有审核通过这个岗位的检查人员。",
)
"""The draw in words, as pages say it; `RECIPE` is the same as a program."""
RECIPE = """import collections, hashlib, pathlib, sys
seed, size = sys.argv[1], int(sys.argv[2])
layers = collections.defaultdict(list)
for line in pathlib.Path("population.txt").read_text("utf-8").splitlines():
    county, source, key = line.split("\\t")
    layers[county, source].append(key)
names = sorted(layers)
rest, left = sum(map(len, layers.values())) - len(names), size - len(names)
parts = [divmod((len(layers[name]) - 1) * left, rest or 1) for name in names]
more = sorted(range(len(names)), key=lambda i: (-parts[i][1], i))[: left - sum(part[0] for part in parts)]
for i, name in enumerate(names):
    order = sorted(layers[name], key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).digest())
    print(*order[: 1 + parts[i][0] + (i in more)], sep="\\n")
"""
"""Reads `population.txt`, takes the seed and the size of the sample, prints the keys that are checked. Python alone is needed."""


class NobodyMayCheck(Exception):
    """For this posting no inspector of the roster is both responsible and without a tie to its employer."""

    def __init__(self, key: UUID) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True, order=True)
class Layer:
    """One stratum of a population; `keys` in ascending order."""

    county: str
    source: str
    keys: tuple[UUID, ...]


def layers_of(rows: Iterable[tuple[str, str, UUID]]) -> tuple[Layer, ...]:
    """Rows of (county, source, key) as strata in their order. White space in a source's name would break the lines of the text."""
    found: dict[tuple[str, str], list[UUID]] = {}
    for county, source, key in rows:
        found.setdefault((county, " ".join(source.split())), []).append(key)
    return tuple(Layer(county, source, tuple(sorted(keys))) for (county, source), keys in sorted(found.items()))


def population_text(layers: Iterable[Layer]) -> bytes:
    return "".join(sorted(f"{layer.county}\t{layer.source}\t{key}\n" for layer in layers for key in layer.keys)).encode()


def digest(layers: Iterable[Layer]) -> str:
    return hashlib.sha256(population_text(layers)).hexdigest()


def size_of(population: int, layers: int, rate: int) -> int:
    """How many are checked at this rate (hundredths of a percent): at least one a stratum, at most everything."""
    return min(population, max(layers, -(-population * rate // RATE_UNIT)))


def allocate(populations: Sequence[int], size: int) -> list[int]:
    """`size` places over strata of these populations (each at least 1): one each, the rest in proportion, by largest remainders.

    `size` lies between the number of strata and the population; no stratum gets more than it has.
    """
    rest, left = sum(populations) - len(populations), size - len(populations)
    parts = [divmod((population - 1) * left, rest or 1) for population in populations]
    by_remainder = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))
    more = set(by_remainder[: left - sum(whole for whole, _ in parts)])
    return [1 + whole + (place in more) for place, (whole, _) in enumerate(parts)]


def rank(*parts: object) -> bytes:
    """Where something stands in the order of the draw."""
    return hashlib.sha256(":".join(str(part) for part in parts).encode()).digest()


def sample(layer: Layer, seed: str, size: int) -> list[UUID]:
    return sorted(layer.keys, key=lambda key: rank(seed, key))[:size]


def draw(layers: Sequence[Layer], seed: str, size: int) -> list[list[UUID]]:
    """The drawn postings of each stratum."""
    sizes = allocate([len(layer.keys) for layer in layers], size) if layers else []
    return [sample(layer, seed, places) for layer, places in zip(layers, sizes, strict=True)]


def assign(seed: str, eligible: Mapping[UUID, Sequence[UUID]]) -> dict[UUID, UUID]:
    """Posting -> who checks it, from posting -> who may. Even loads first, then chance. Raises NobodyMayCheck."""
    loads: Counter[UUID] = Counter()
    given: dict[UUID, UUID] = {}
    for key in sorted(eligible, key=lambda key: rank(seed, key)):
        given[key] = pick(seed, key, eligible[key], loads)
        loads[given[key]] += 1
    return given


def pick(seed: str, key: UUID, people: Sequence[UUID], loads: Mapping[UUID, int]) -> UUID:
    """One of `people` for this posting: who has least, then by the order of the draw. Raises NobodyMayCheck."""
    if not people:
        raise NobodyMayCheck(key)
    return min(people, key=lambda person: (loads.get(person, 0), rank(seed, key, person)))
