"""The checker of words to graduates, on the phrases that ship."""

import unicodedata
from pathlib import Path

import pytest

from webapp.casework.destinations.pressure import pressures
from webapp.reference.destination_models import PressurePhrase
from webapp.reference.operations import SHIPPED
from webapp.reference.tables import read_file

PHRASES = [PressurePhrase(**row) for row in read_file("pressure_phrases", Path(SHIPPED) / "pressure_phrases.csv").rows]


@pytest.mark.parametrize("text", [
    "不签就业协议就不发毕业证", "不 签 三 方，不发 毕业证！", "签约后才能领毕业证", "请先随便找家单位签一份", "随便找个单位盖章就行",
    "必须在月底前签协议", "户口档案托管要先签协议", "有实习证明也算就业", "不就业的暂缓发毕业证", "我们帮你挂靠一家单位",
])  # fmt: skip
def test_words_that_press_are_found_with_their_article(text):
    found = pressures(text, PHRASES)
    assert found and "四不准" in found[0].article and found[0].words in "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize("text", [
    "", "学校不得以不签约为由不发毕业证", "任何人不准强制您签约", "您的毕业去向登记请您本人核对", "签劳动合同后请告诉我们",
    "见习和实习证明不能算就业证明", "毕业证和学位证请自行保管", "不会因为不签协议就不发毕业证",
])  # fmt: skip
def test_plain_words_and_words_that_forbid_are_not(text):
    assert pressures(text, PHRASES) == []
