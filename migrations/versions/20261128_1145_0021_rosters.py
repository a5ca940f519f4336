"""Lists by which people come under care, and the tables that schools, majors and the words of such lists are read with

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('major',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('level', sa.String(length=10), nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('class_name', sa.String(length=60), nullable=False),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('name', 'level', name=op.f('pk_major'))
    )
    op.create_index('ix_major_code', 'major', ['code'])
    op.create_table('roster_word',
    sa.Column('field', sa.String(length=20), nullable=False),
    sa.Column('word', sa.String(length=60), nullable=False),
    sa.Column('value', sa.String(length=30), nullable=False),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('field', 'word', name=op.f('pk_roster_word'))
    )
    op.create_table('school',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('province', sa.String(length=6), nullable=False),
    sa.Column('level', sa.String(length=10), nullable=False),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_school'))
    )
    op.create_index('ix_school_code', 'school', ['code'])
    op.create_table('roster_file',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('programme', sa.String(length=30), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('trouble', sa.String(length=300), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('foreseen', sa.JSON(), nullable=False),
    sa.Column('counted', sa.JSON(), nullable=False),
    sa.Column('regions', sa.JSON(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_roster_file_by_id_person'), deferrable=True, initially='DEFERRED'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_file'))
    )
    op.create_index('ix_roster_file_by', 'roster_file', ['by_id', 'at'])


def downgrade() -> None:
    op.drop_index('ix_roster_file_by', table_name='roster_file')
    op.drop_table('roster_file')
    op.drop_index('ix_school_code', table_name='school')
    op.drop_table('school')
    op.drop_table('roster_word')
    op.drop_index('ix_major_code', table_name='major')
    op.drop_table('major')
