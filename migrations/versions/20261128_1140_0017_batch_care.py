"""How often a batch was begun in vain, and that its removals passed the guard

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('batch', sa.Column('attempts', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('batch', sa.Column('withdraws', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column('batch', 'withdraws')
    op.drop_column('batch', 'attempts')
