"""What each check and rebuild of the search index found

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('index_run',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('began_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('postings', sa.Integer(), nullable=False),
    sa.Column('missing', sa.Integer(), nullable=False),
    sa.Column('stale', sa.Integer(), nullable=False),
    sa.Column('ghosts', sa.Integer(), nullable=False),
    sa.Column('ahead', sa.Integer(), nullable=False),
    sa.Column('waiting', sa.Integer(), nullable=False),
    sa.Column('examples', sa.JSON(), nullable=False),
    sa.Column('refused', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_index_run'))
    )
    op.create_index('ix_index_run_kind_began_at', 'index_run', ['kind', 'began_at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_index_run_kind_began_at', table_name='index_run')
    op.drop_table('index_run')
