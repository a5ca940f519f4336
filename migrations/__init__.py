"""Alembic revisions of the database, shipped with the package so that a machine needs no checkout to migrate."""
