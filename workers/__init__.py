"""The processes around the web: command line, relay, workers, and the only table of who listens to which fact.

Promises that every delivery in the ledger ends done, unknown (shown) or parked (shown), whatever is killed meanwhile; that an effect in
the database happens exactly once; that one worker process listens to exactly one queue; and that whoever started the house ends all of it.
Leaves what a fact means to the rooms of `webapp`: a handler calls an operation, it decides nothing.
"""
