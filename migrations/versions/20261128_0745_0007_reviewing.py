"""The reviewers' queue with its leases and times, changes of open postings, remarks beside fields, an area's own phrases

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{to}.id'], name=op.f(f'fk_{table}_{column}_{to}'), deferrable=True, initially='DEFERRED')


def upgrade() -> None:
    op.create_table('posting_change',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    _foreign('posting_change', 'by_id', 'person'),
    _foreign('posting_change', 'posting_id', 'posting'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posting_change'))
    )
    op.create_index('ix_posting_change_posting', 'posting_change', ['posting_id', 'state'])
    op.create_table('review_item',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('change_id', sa.Uuid(), nullable=True),
    sa.Column('submitted_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('risk', sa.Integer(), nullable=False),
    sa.Column('risks', sa.JSON(), nullable=False),
    sa.Column('remark', sa.String(length=500), nullable=False),
    sa.Column('holder_id', sa.Uuid(), nullable=True),
    sa.Column('held_until', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.String(length=30), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    _foreign('review_item', 'posting_id', 'posting'),
    _foreign('review_item', 'change_id', 'posting_change'),
    _foreign('review_item', 'holder_id', 'person'),
    _foreign('review_item', 'decided_by', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_item'))
    )
    op.create_index('ix_review_item_posting', 'review_item', ['posting_id', 'closed_at'])
    op.create_index('ix_review_item_closed_at', 'review_item', ['closed_at'])
    op.create_table('review_phrase',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('field', sa.String(length=30), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('review_phrase', 'by_id', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_phrase'))
    )
    op.create_index('ix_review_phrase_region', 'review_phrase', ['region'])
    op.add_column('posting_review', sa.Column('remarks', sa.JSON(), nullable=False, server_default='{}'))


def downgrade() -> None:
    op.drop_column('posting_review', 'remarks')
    op.drop_table('review_phrase')
    op.drop_table('review_item')
    op.drop_table('posting_change')
