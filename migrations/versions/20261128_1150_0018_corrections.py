"""Since when a seeker looks for work, what a report did to its posting, and why a check is made again

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    since = sa.Column('since', webapp.db.UtcDateTime(timezone=True), nullable=False, server_default='1970-01-01 00:00:00+00:00')
    op.add_column('seeker_profile', since)
    op.execute('UPDATE seeker_profile SET since = updated_at')
    op.add_column('public_report', sa.Column('effect', sa.String(length=30), nullable=False, server_default='none'))
    op.execute("UPDATE public_report SET effect = 'stopped' WHERE decision = 'mend'")
    op.execute("UPDATE public_report SET effect = 'already_closed' WHERE decision = 'take_down'")
    down = "SELECT id FROM posting WHERE state = 'taken_down'"
    op.execute(f"UPDATE public_report SET effect = 'taken_down' WHERE decision = 'take_down' AND posting_id IN ({down})")
    op.add_column('spot_check', sa.Column('reopen_reason', sa.String(length=200), nullable=False, server_default=''))
    if op.get_bind().dialect.name == 'postgresql':  # SQLite wants them for the rows that are there, and cannot take them away again
        for table, column in (('seeker_profile', 'since'), ('public_report', 'effect'), ('spot_check', 'reopen_reason')):
            op.alter_column(table, column, server_default=None)


def downgrade() -> None:
    op.drop_column('spot_check', 'reopen_reason')
    op.drop_column('public_report', 'effect')
    op.drop_column('seeker_profile', 'since')
