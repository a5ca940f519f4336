"""What a posting has to say and may not say: rules as dated rows, recognised by pure code, each finding with its article, its words and a mending.

It promises that the same book of rules gives the same verdict for any day and place, that a place in a text is the place the person typed,
and that nothing is refused here: what blocks is for the writer to mend, what is flagged is for a person to judge. It knows no posting and
no form: it is given a mapping of field -> value (`subject`). Who asks, when, and what follows is left to `postings` and `sources`;
the rules themselves are a table of `reference`. `wording` reads words, `measures` compares figures.
"""
