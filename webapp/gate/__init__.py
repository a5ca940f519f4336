"""What a posting must say before it may be shown: rules as data, a pure checker, each finding with the law it rests on.

It knows no database row and no form: it is given a mapping of field -> value and a profile. Today it holds the two completeness profiles
(direct, forwarded); wording and fraud checks come to this room later.
"""
