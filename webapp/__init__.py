"""The house of Zhilu 职路: one folder per feature, one floor per folder.

`app.py` is the only place that knows every feature. A feature holds, where it needs them, models (nouns), operations (verbs), queries
(questions), forms (what a person typed), views (the conversation) and templates. It may use a lower feature's models, queries and
operations, never its views; news travels upward by event (`events`, `ledger.py`), never by import. The order of the floors is in
pyproject.toml and is checked by `make test`.
"""
