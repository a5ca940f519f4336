"""Rules of the publication gate as a dated table, organisations that ended; what the gate found in a forwarded row

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('gate_rule',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('profile', sa.String(length=20), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('severity', sa.String(length=30), nullable=False),
    sa.Column('necessity', sa.Boolean(), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('article', sa.Text(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('mending', sa.Text(), nullable=False),
    sa.Column('instead', sa.String(length=60), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('checked', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gate_rule'))
    )
    op.create_index('ix_gate_rule_lookup', 'gate_rule', ['code', 'region', 'valid_from'], unique=False)
    op.create_table('company_end',
    sa.Column('uscc', sa.String(length=18), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('uscc', name=op.f('pk_company_end'))
    )
    with op.batch_alter_table('posting') as batch:
        batch.add_column(sa.Column('flags', sa.JSON(), nullable=False, server_default='[]'))


def downgrade() -> None:
    with op.batch_alter_table('posting') as batch:
        batch.drop_column('flags')
    op.drop_table('company_end')
    op.drop_index('ix_gate_rule_lookup', table_name='gate_rule')
    op.drop_table('gate_rule')
