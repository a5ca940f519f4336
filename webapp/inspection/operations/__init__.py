"""What is done in this room, a module for each thing it is done to: campaigns (planning, drawing, publishing), checks (calls and verdicts),
reports (receiving, owning, deciding, transferring), phones (the phone book), forgetting (what is wiped after its time).

Each refuses by name and says why in Chinese; none reads a request or commits.
"""
