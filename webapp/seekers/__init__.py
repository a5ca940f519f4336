"""Seekers (求职者): the profile a person keeps to find work, and the searches they saved.

It promises that a profile and its searches are seen by their owner only; an employer sees what an application carries, and nothing before.
Matching a saved search with a posting is left to `matching`.
"""
