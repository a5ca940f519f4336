"""What is searched and not found: daily sums without persons, and what staff took off the report

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('search_tally',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('text', sa.String(length=40), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('searches', sa.Integer(), nullable=False),
    sa.Column('unmet', sa.Integer(), nullable=False),
    sa.Column('widened', sa.Integer(), nullable=False),
    sa.Column('empty', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'text', 'region', name=op.f('pk_search_tally'))
    )
    op.create_table('ignored_search',
    sa.Column('text', sa.String(length=40), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('text', 'region', name=op.f('pk_ignored_search'))
    )


def downgrade() -> None:
    op.drop_table('ignored_search')
    op.drop_table('search_tally')
