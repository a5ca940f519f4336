"""People looked after by name: clients, cases, where they came from, who holds them, groups, and the timeline

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{to}.id'], name=op.f(f'fk_{table}_{column}_{to}'), deferrable=True, initially='DEFERRED')


def upgrade() -> None:
    op.create_table('client',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('id_number_index', sa.LargeBinary(length=32), nullable=False),
    sa.Column('id_number_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('name_index', sa.LargeBinary(length=32), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('phone_index', sa.LargeBinary(length=32), nullable=True),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('other_phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('address_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('sex', sa.String(length=30), nullable=True),
    sa.Column('born_year', sa.Integer(), nullable=True),
    sa.Column('household_region', sa.String(length=6), nullable=True),
    sa.Column('living_region', sa.String(length=6), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('client', 'person_id', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_client')),
    sa.UniqueConstraint('id_number_index', name=op.f('uq_client_id_number_index')),
    sa.UniqueConstraint('person_id', name=op.f('uq_client_person_id'))
    )
    op.create_index('ix_client_name', 'client', ['name_index'])
    op.create_index('ix_client_phone', 'client', ['phone_index'])
    op.create_table('casework_case',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('programme', sa.String(length=30), nullable=False),
    sa.Column('cohort', sa.Integer(), nullable=True),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('street', sa.String(length=9), nullable=False),
    sa.Column('stage', sa.String(length=30), nullable=False),
    sa.Column('willingness', sa.String(length=30), nullable=False),
    sa.Column('ask_again_on', sa.Date(), nullable=True),
    sa.Column('standing', sa.String(length=30), nullable=False),
    sa.Column('caseworker_id', sa.Uuid(), nullable=True),
    sa.Column('assigned_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('opened_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('entered_on', sa.Date(), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('left_reason', sa.String(length=30), nullable=False),
    sa.Column('waiting', sa.String(length=30), nullable=False),
    sa.Column('next_on', sa.Date(), nullable=True),
    sa.Column('next_what', sa.String(length=60), nullable=False),
    sa.Column('contacted_on', sa.Date(), nullable=True),
    sa.Column('tried_on', sa.Date(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('acted_on', sa.Date(), nullable=True),
    sa.Column('is_hardship', sa.Boolean(), nullable=False),
    sa.Column('has_plan', sa.Boolean(), nullable=False),
    sa.Column('items_done', sa.Integer(), nullable=False),
    sa.Column('items_due', sa.Integer(), nullable=False),
    sa.Column('overdue_since', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('casework_case', 'caseworker_id', 'person'),
    _foreign('casework_case', 'client_id', 'client'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_casework_case')),
    sa.UniqueConstraint('client_id', 'programme', name=op.f('uq_casework_case_client_id_programme'))
    )
    op.create_index('ix_case_cohort', 'casework_case', ['programme', 'cohort', 'region'])
    op.create_index('ix_case_queue', 'casework_case', ['region', 'programme', 'stage', 'caseworker_id', 'next_on'])
    op.create_index('ix_case_seq', 'casework_case', ['seq'], unique=True)
    op.create_index('ix_case_worker', 'casework_case', ['caseworker_id', 'stage', 'next_on'])
    op.create_table('graduation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('school', sa.String(length=60), nullable=False),
    sa.Column('school_code', sa.String(length=10), nullable=True),
    sa.Column('major', sa.String(length=60), nullable=False),
    sa.Column('major_code', sa.String(length=10), nullable=True),
    sa.Column('education', sa.Integer(), nullable=False),
    sa.Column('graduated_on', sa.Date(), nullable=True),
    _foreign('graduation', 'client_id', 'client'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_graduation')),
    sa.UniqueConstraint('client_id', 'year', 'school', name=op.f('uq_graduation_client_id_year_school'))
    )
    op.create_index('ix_graduation_school', 'graduation', ['school', 'year'])
    op.create_table('case_assignment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('caseworker_id', sa.Uuid(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('case_assignment', 'by_id', 'person'),
    _foreign('case_assignment', 'case_id', 'casework_case'),
    _foreign('case_assignment', 'caseworker_id', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_assignment'))
    )
    op.create_index('ix_case_assignment_worker', 'case_assignment', ['caseworker_id', 'until'])
    op.create_index('uq_case_assignment_open', 'case_assignment', ['case_id'], unique=True, sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
    op.create_table('case_origin',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('case_origin', 'case_id', 'casework_case'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_origin')),
    sa.UniqueConstraint('case_id', 'kind', 'source', 'year', name=op.f('uq_case_origin_case_id_kind_source_year'))
    )
    op.create_index('ix_case_origin_batch', 'case_origin', ['batch_id'])
    op.create_table('case_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('role', sa.String(length=30), nullable=False),
    sa.Column('said', sa.String(length=300), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('about_id', sa.Uuid(), nullable=True),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    _foreign('case_step', 'by_id', 'person'),
    _foreign('case_step', 'case_id', 'casework_case'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_step'))
    )
    op.create_index('ix_case_step_about', 'case_step', ['about_id'])
    op.create_index('ix_case_step_by', 'case_step', ['by_id', 'on'])
    op.create_index('ix_case_step_case', 'case_step', ['case_id', 'id'])
    op.create_table('case_tag',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('case_tag', 'by_id', 'person'),
    _foreign('case_tag', 'case_id', 'casework_case'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_tag'))
    )
    op.create_index('ix_case_tag_case', 'case_tag', ['case_id'])
    op.create_index('uq_case_tag_open', 'case_tag', ['case_id', 'kind'], unique=True, sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('CREATE SEQUENCE case_seq AS integer')


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP SEQUENCE case_seq')
    for table in ('case_tag', 'case_step', 'case_origin', 'case_assignment', 'graduation', 'casework_case', 'client'):
        op.drop_table(table)
