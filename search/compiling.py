"""From a query to the tree that every engine compiles: pure, so it is tested without an engine.

One level counts for each wish, the best it reaches: its phrase in the title, its words there, other words of the same
work there, its occupation, a likely one, its words anywhere.
"""

from search.analysis import Analysis, stretches
from search.cells import covering, rings
from search.query import BadQuery, Near, PostingQuery, Widening, Wish, parse
from search.tree import AllOf, AnyOf, AtLeast, Best, Between, Flat, Node, Not, Nothing, OneOf, Perhaps, Phrase, Term, all_of, any_of

WORDS_AT_MOST = 64
SCORED_AT_MOST = 4
"""Wishes that tell better from worse; further ones only have to be met, or the sums could not be told apart in time."""
PHRASE_IN_TITLE, WORDS_IN_TITLE, ALSO_IN_TITLE, OCCUPATION, LIKELY, ANYWHERE = 60, 54, 53, 40, 24, 10
OPTIONAL, OPTIONAL_IN_TITLE = 16, 6
GUESSES_AT_MOST = 5
SHARED, SHARED_AT_MOST = 5, 2
IN_PLACE = 30
"""What a neighbouring area's postings lack."""
TERM_IN_TITLE, TERM_ANYWHERE = 2, 1
WIDER = 1.5
"""How much the radius grows with Widening.NEARBY."""


def compile_query(query: PostingQuery, analysis: Analysis) -> Node:
    """The tree of all conditions, scored where a page is asked for. Raise BadQuery for more than 64 different words."""
    return _compiled(query, analysis, SCORED_AT_MOST if query.limit else 0)


def matching(query: PostingQuery, analysis: Analysis) -> Node:
    """The same documents as `compile_query`, with hardly a score: what is only counted need not be compared."""
    return _compiled(query, analysis, 0)


def _compiled(query: PostingQuery, analysis: Analysis, scored: int) -> Node:
    wishes = tuple(dict.fromkeys(query.wishes or parse(query.text)))
    words = {word for wish in wishes for word in analysis.words(wish.text)}
    if len(words) > WORDS_AT_MOST:
        raise BadQuery(f"more than {WORDS_AT_MOST} words")
    wanted = _Wanted(tuple(wish for wish in wishes if analysis.words(wish.text) or wish.also or wish.occupations), query.widening, analysis, scored)
    if query.text.strip() and not wanted.wishes and not query.wishes:
        return Nothing()
    return all_of(*wanted.nodes(), *_filters(query))


def nearest_first(tree: Node, near: Near) -> Node:
    """The same documents, with a higher score the nearer they are: one point for every ring they lie in."""
    circles = list(rings(near))
    best = Best(tuple(Flat(OneOf("cells", covering(circle)), len(circles) - place) for place, circle in enumerate(circles)))
    return AllOf((Flat(tree, 0), Perhaps(best)))  # a wider circle may have been asked for: what is beyond the rings comes last


class _Wanted:
    """What was asked for in words, as nodes."""

    def __init__(self, wishes: tuple[Wish, ...], widening: Widening, analysis: Analysis, scored: int) -> None:
        self.wishes = wishes
        self._scored = scored
        self._widening = widening
        self._analysis = analysis

    def nodes(self) -> list[Node]:
        required = [wish for wish in self.wishes if not (wish.optional or wish.unwanted)]
        optional = [wish for wish in self.wishes if wish.optional]
        scored = max(0, self._scored - len(required))
        unwanted = [Not(self._said(wish)) for wish in self.wishes if wish.unwanted and not wish.optional]
        return [*self._required(required), *map(self._preferred, optional[:scored]), *unwanted]

    def _required(self, wishes: list[Wish]) -> list[Node]:
        nodes = [self._levels(wish) if place < self._scored else Flat(self._met(wish), 0) for place, wish in enumerate(wishes)]
        fewer = self._three_quarters(wishes) if self._widening >= Widening.TERMS else None
        met: list[Node] = [Best((all_of(*nodes), fewer))] if fewer is not None else nodes
        return [*met, *self._shared(wishes)] if met and self._scored else met

    def _shared(self, wishes: list[Wish]) -> list[Node]:
        """Among guesses those come first whose titles share a word with what was said."""
        guessed = [wish for wish in wishes if wish.likely or wish.likely_words] if self._widening >= Widening.OCCUPATION else []
        words = dict.fromkeys(word for wish in guessed for word in self._analysis.words(wish.text) if len(word) > 1)
        return [Perhaps(Flat(self._in_title(word), SHARED)) for word in list(words)[:SHARED_AT_MOST]]

    def _levels(self, wish: Wish) -> Node:
        words = self._analysis.words(wish.text)
        levels = [Flat(self._in_title(wish.text), PHRASE_IN_TITLE)] if words else []
        if len(words) > 1 and not wish.quoted:
            levels.append(Flat(all_of(*map(self._in_title, words)), WORDS_IN_TITLE))
        return Best((*levels, *self._wide_levels(wish)))

    def _wide_levels(self, wish: Wish) -> list[Flat]:
        """What is in none of these is in no level: the last holds all that has the words in its title."""
        levels: list[Flat] = []
        if wish.also:
            levels.append(Flat(self._one_in_title(wish.also), ALSO_IN_TITLE))
        coded = [OneOf(field, values) for field, values in _coded(wish) if values]
        if coded:
            levels.append(Flat(any_of(*coded), OCCUPATION))
        if self._widening >= Widening.OCCUPATION:
            levels += self._likely(wish)
        if self._analysis.words(wish.text):
            levels.append(Flat(self._said(wish), ANYWHERE))
        return levels

    def _likely(self, wish: Wish) -> list[Flat]:
        """The better the guess, the higher it stands."""
        nodes = [Flat(OneOf("occupation", (code,)), LIKELY - place) for place, code in enumerate(wish.likely[:GUESSES_AT_MOST])]
        if wish.likely_words:
            nodes.append(Flat(self._one_in_title(wish.likely_words), LIKELY))
        return nodes

    def _met(self, wish: Wish) -> Node:
        """What fulfils a wish at any level."""
        return any_of(*(level.part for level in self._wide_levels(wish)))

    def _preferred(self, wish: Wish) -> Node:
        """In a title it was meant to be seen; a word that is not wanted is looked for in titles alone, where it says what the work is."""
        words = self._analysis.words(wish.text)
        titled = tuple(dict.fromkeys((wish.text, *wish.also))) if words else wish.also
        in_title: list[Node] = [self._one_in_title(titled)] if titled else []
        if wish.unwanted:
            return Perhaps(Flat(Not(any_of(*in_title) if wish.also else self._said(wish)), OPTIONAL))
        parts: list[Node] = [self._said(wish)] if words else []
        parts += [OneOf(field, values) for field, values in _coded(wish) if values]
        levels = [*(Flat(node, OPTIONAL + OPTIONAL_IN_TITLE) for node in in_title), *([Flat(any_of(*parts), OPTIONAL)] if parts else [])]
        return Perhaps(Best(tuple(levels)))

    def _three_quarters(self, wishes: list[Wish]) -> Node | None:
        """At least three quarters of all words; None where that would be all of them, or none."""
        words = tuple(dict.fromkeys(word for wish in wishes for word in self._analysis.words(wish.text)))
        count = max(1, len(words) * 3 // 4)
        if count >= len(words):
            return None
        scored, others = words[: self._scored], words[self._scored :]
        parts = [Best((Flat(self._in_title(word), TERM_IN_TITLE), Flat(Term("every", word), TERM_ANYWHERE))) for word in scored]
        return AtLeast(count, (*parts, *(Flat(self._anywhere(word), 0) for word in others)))

    def _said(self, wish: Wish) -> Node:
        """The words of the wish, wherever they stand; a quoted one keeps them together and in order."""
        words = self._analysis.words(wish.text)
        if wish.quoted and len(words) > 1:
            return AnyOf((self._in_title(wish.text), Phrase("running", words)))
        return all_of(*map(self._anywhere, words)) if words else Nothing()

    def _anywhere(self, word: str) -> Node:
        """The word in any text, or inside a longer word of the title (焊工 in 电焊工)."""
        return AnyOf((self._in_title(word), Term("every", word)))

    def _in_title(self, text: str) -> Node:
        """The text as a whole, whatever words a dictionary sees in it."""
        return all_of(*(Term("title_grams", stretch) for stretch in stretches(self._analysis.characters(text))))

    def _one_in_title(self, words: tuple[str, ...]) -> Node:
        nodes = dict.fromkeys(self._in_title(word) for word in words if self._analysis.characters(word))
        short = tuple(node.value for node in nodes if isinstance(node, Term))
        long = [node for node in nodes if not isinstance(node, Term)]
        return any_of(*([OneOf("title_grams", short)] if short else []), *long)


def _coded(wish: Wish) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The codes that fulfil a wish, by field."""
    return ("occupation", wish.occupations), ("benefit", wish.benefits), ("shift", wish.shifts)


def _filters(query: PostingQuery) -> list[Node]:
    nodes: list[Node] = [
        OneOf(field, values)
        for field, values in (
            ("employment_type", query.employment_types),
            ("education", tuple(str(rank) for rank in query.educations)),
            ("shift", query.shifts),
            ("occupation", query.occupations),
            ("industry", query.industries),
            ("source", query.sources),
        )
        if values
    ]
    nodes += [Term("benefit", code) for code in query.benefits]
    if query.outside is not None:
        nodes.append(AllOf((Term("places", "somewhere"), Not(Term("places", query.outside)))))
    return [*_place(query), *(Flat(part, 0) for part in (*nodes, *_ranges(query)))]


def _place(query: PostingQuery) -> list[Node]:
    """Where it lies; from NEARBY on the surroundings too, behind the place itself."""
    nodes: list[Node] = []
    wide = query.widening >= Widening.NEARBY
    if query.regions:
        nodes += _asked_and_around(OneOf("places", tuple(map(_prefix, query.regions))), _around(query) if wide else None)
    if query.near is not None:
        circle = OneOf("cells", covering(query.near))
        nodes += _asked_and_around(circle, OneOf("cells", covering(wider(query.near))) if wide else None)
    return nodes


def _around(query: PostingQuery) -> Node | None:
    return OneOf("places", tuple(map(_prefix, query.nearby))) if query.nearby else None


def _asked_and_around(asked: Node, around: Node | None) -> list[Node]:
    if around is None:
        return [Flat(asked, 0)]
    return [Flat(AnyOf((asked, around)), 0), Perhaps(Flat(asked, IN_PLACE))]


def wider(near: Near) -> Near:
    """The circle that Widening.NEARBY asks for."""
    return Near(near.lon, near.lat, min(near.kilometres * WIDER, 100.0))


def _ranges(query: PostingQuery) -> list[Node]:
    nodes: list[Node] = []
    if query.wage_at_least is not None:
        nodes.append(Between("wage_high", query.wage_at_least, None))
    if query.wage_at_most is not None:
        nodes.append(Between("wage_low", None, query.wage_at_most))
    if query.experience_none:
        nodes.append(Between("experience_years", 0, 0))
    if query.posted_since is not None:
        nodes.append(Between("posted_on", query.posted_since.toordinal(), None))
    if query.valid_on is not None:
        nodes.append(Between("valid_through", query.valid_on.toordinal(), None))
    return nodes


def _prefix(code: str) -> str:
    """A code's shortest prefix that means the same: 37, 3702 or 370202."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
