"""Traineeships (就业见习): posts with an employer, who is trained there, what was paid, and who stayed.

It promises that a traineeship never counts as employment: nothing in here writes a destination. An allowance below the local minimum wage is
shown with the figure, an agreement outside the permitted length is refused, and the retention rate opens the people it counts.
"""
