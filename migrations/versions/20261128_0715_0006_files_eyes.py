"""Stored files, and the first of the two reviewers that an employer's verification needs

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('stored_file',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=False),
    sa.Column('type', sa.String(length=30), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('keep_through', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_file'))
    )
    op.create_index('ix_stored_file_owner', 'stored_file', ['owner_id', 'kind'])
    op.create_index('ix_stored_file_keep_through', 'stored_file', ['keep_through'])
    with op.batch_alter_table('employer') as table:
        table.add_column(sa.Column('endorsed_by', sa.Uuid(), nullable=True))
        table.add_column(sa.Column('endorsed_at', webapp.db.UtcDateTime(timezone=True), nullable=True))
        table.create_foreign_key(op.f('fk_employer_endorsed_by_person'), 'person', ['endorsed_by'], ['id'], deferrable=True, initially='DEFERRED')


def downgrade() -> None:
    with op.batch_alter_table('employer') as table:
        table.drop_constraint(op.f('fk_employer_endorsed_by_person'), type_='foreignkey')
        table.drop_column('endorsed_at')
        table.drop_column('endorsed_by')
    op.drop_table('stored_file')
