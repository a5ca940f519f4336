"""What is done for a person looked after by name: service records, the standard they are counted against, plans, referrals, willingness,
and the programmes by which people enter and leave.

It promises that nothing is counted that does not say who did what, when and how; that a mistake is superseded and stays readable; that a
changed standard or rule names exactly the people it changes; and that nobody leaves a list without a reason. Which rule holds where is
data (`webapp.reference.serving`). Rosters, destinations, registers and the desk are left to the rooms above.
"""
