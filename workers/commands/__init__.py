"""The commands of `zhilu`, one module per kind of work; `workers/cli.py` gathers them.

Promises one clear line for whatever goes wrong, and exit code 0 only for what was done. Leaves the work itself to operations and to the
modules beside this package.
"""
