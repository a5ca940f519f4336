"""What a person means by the words of a search: places, pay, shifts and benefits out of a line of text, the rest as wishes.

Owns the cutting of a query into pieces (`cutting`), the figures in it (`figures`), what people say (`sayings`) and the
resolution of places (`placing`); `Reader.read` is its only door, and it is pure. It promises that nothing typed is a
mistake: no text raises, each understood piece names the exact stretch it was read from and can be taken back, and a
condition is hard only where nothing else can be meant. Age and sex are never a condition and never order anything.
The vocabulary is handed in, for this package knows no table; asking an engine is left to `search.engine`.
"""

from search.understanding.chips import Chip, Correction, Understood
from search.understanding.reader import Reader
from search.understanding.vocabulary import Place, PlaceKind, Vocabulary, Wording

__all__ = ["Chip", "Correction", "Place", "PlaceKind", "Reader", "Understood", "Vocabulary", "Wording"]
