"""Views of postings by day, an employer's templates, what came of a posting, and when it was last confirmed

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{to}.id'], name=op.f(f'fk_{table}_{column}_{to}'), deferrable=True, initially='DEFERRED')


def upgrade() -> None:
    op.create_table('posting_view',
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('views', sa.Integer(), nullable=False),
    _foreign('posting_view', 'posting_id', 'posting'),
    sa.PrimaryKeyConstraint('posting_id', 'day', name=op.f('pk_posting_view'))
    )
    op.create_table('posting_template',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('employer_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('posting_template', 'employer_id', 'employer'),
    _foreign('posting_template', 'by_id', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posting_template')),
    sa.UniqueConstraint('employer_id', 'name', name=op.f('uq_posting_template_employer_id_name'))
    )
    op.create_table('posting_outcome',
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('hired', sa.Integer(), nullable=False),
    sa.Column('hired_here', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('posting_outcome', 'posting_id', 'posting'),
    _foreign('posting_outcome', 'by_id', 'person'),
    sa.PrimaryKeyConstraint('posting_id', name=op.f('pk_posting_outcome'))
    )
    op.add_column('posting', sa.Column('confirmed_on', sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column('posting', 'confirmed_on')
    op.drop_table('posting_outcome')
    op.drop_table('posting_template')
    op.drop_table('posting_view')
