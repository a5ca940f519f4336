"""Tables of postings that employers upload: the upload, its rows, and which rows became postings

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{to}.id'], name=op.f(f'fk_{table}_{column}_{to}'), deferrable=True, initially='DEFERRED')


def upgrade() -> None:
    op.create_table('bulk_upload',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('employer_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('by_role', sa.String(length=30), nullable=False),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('aim', sa.String(length=30), nullable=True),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('unread', sa.JSON(), nullable=False),
    sa.Column('finished_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    _foreign('bulk_upload', 'employer_id', 'employer'),
    _foreign('bulk_upload', 'by_id', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_upload'))
    )
    op.create_index('ix_bulk_upload_employer', 'bulk_upload', ['employer_id', 'at'])
    op.create_table('bulk_row',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('upload_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('reasons_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('posting_id', sa.Uuid(), nullable=True),
    _foreign('bulk_row', 'upload_id', 'bulk_upload'),
    _foreign('bulk_row', 'posting_id', 'posting'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_row'))
    )
    op.create_index('ix_bulk_row_upload', 'bulk_row', ['upload_id', 'number'])
    op.create_table('posted_row',
    sa.Column('employer_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    _foreign('posted_row', 'employer_id', 'employer'),
    _foreign('posted_row', 'posting_id', 'posting'),
    sa.PrimaryKeyConstraint('employer_id', 'digest', name=op.f('pk_posted_row'))
    )


def downgrade() -> None:
    op.drop_table('posted_row')
    op.drop_table('bulk_row')
    op.drop_table('bulk_upload')
