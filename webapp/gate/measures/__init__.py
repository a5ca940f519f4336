"""What the gate measures: hours, pay, trial periods, days, the employer's standing and its other postings.

Each measure is pure: it reads the subject and the dated figures of the book, and says at which place which rule is met. A figure that no
row gives for the day and place is not measured by.
"""
