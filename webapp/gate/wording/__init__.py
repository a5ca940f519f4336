"""The words that the gate recognises, one module a family: what must be said to be found, and what says that it is not meant.

Each module holds compiled patterns over `text.Text` and a `Family`. It knows no law, no date and no place: whether a hit is a finding, how
grave, and what the person reads, is looked up in the rules. Patterns are general: nobody's id, nobody's sentence.
"""
