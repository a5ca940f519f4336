"""A caseworker's filters under names of their own

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_filter',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('criteria', sa.JSON(), nullable=False),
    sa.Column('created_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_case_filter_person_id_person'), deferrable=True, initially='DEFERRED'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_filter'))
    )
    op.create_index('ix_case_filter_person', 'case_filter', ['person_id'])


def downgrade() -> None:
    op.drop_table('case_filter')
