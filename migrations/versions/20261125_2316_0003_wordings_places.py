"""What people call work and places: wordings, place names, neighbouring regions

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('neighbourhood',
    sa.Column('code', sa.String(length=6), nullable=False),
    sa.Column('neighbours', sa.JSON(), nullable=False),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_neighbourhood'))
    )
    op.create_table('place_name',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('code', sa.String(length=6), nullable=False),
    sa.Column('street', sa.String(length=9), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('name', 'code', 'street', name=op.f('pk_place_name'))
    )
    op.create_table('wording',
    sa.Column('word', sa.String(length=40), nullable=False),
    sa.Column('origin', sa.String(length=30), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('occupations', sa.JSON(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('word', 'origin', name=op.f('pk_wording'))
    )


def downgrade() -> None:
    op.drop_table('wording')
    op.drop_table('place_name')
    op.drop_table('neighbourhood')
