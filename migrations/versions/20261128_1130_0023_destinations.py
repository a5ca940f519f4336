"""Destinations, their confirmation and checks, comparison with other departments, traineeships

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{to}.id'], name=op.f(f'fk_{table}_{column}_{to}'), deferrable=True, initially='DEFERRED')


def upgrade() -> None:
    op.create_table('comparison_purpose',
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('keep_days', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('checked', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_comparison_purpose'))
    )
    op.create_table('destination_code',
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=6), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('numerator', sa.Boolean(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('checked', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('year', 'code', name=op.f('pk_destination_code'))
    )
    op.create_table('evidence_kind',
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('weight', sa.String(length=30), nullable=False),
    sa.Column('proves', sa.JSON(), nullable=False),
    sa.Column('article', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('checked', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_evidence_kind'))
    )
    op.create_table('pressure_phrase',
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('unless', sa.JSON(), nullable=False),
    sa.Column('article', sa.Text(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('checked', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_pressure_phrase'))
    )
    op.create_table('comparison',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('department', sa.String(length=30), nullable=False),
    sa.Column('purpose', sa.String(length=30), nullable=False),
    sa.Column('purpose_label', sa.String(length=80), nullable=False),
    sa.Column('basis', sa.String(length=1000), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('regions', sa.JSON(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('agreed', sa.Integer(), nullable=False),
    sa.Column('differing', sa.Integer(), nullable=False),
    sa.Column('known', sa.Integer(), nullable=False),
    sa.Column('strangers', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('refusals', sa.JSON(), nullable=False),
    sa.Column('trouble', sa.String(length=300), nullable=False),
    sa.Column('finished_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('keep_through', sa.Date(), nullable=False),
    sa.Column('forgotten_on', sa.Date(), nullable=True),
    _foreign('comparison', 'by_id', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comparison'))
    )
    op.create_index('ix_comparison_by', 'comparison', ['by_id'])
    op.create_index('ix_comparison_keep_through', 'comparison', ['keep_through'])
    op.create_table('destination_check',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('subject', sa.LargeBinary(length=64), nullable=False),
    sa.Column('found_on', sa.Date(), nullable=False),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ruling', sa.String(length=30), nullable=True),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('ruled_on', sa.Date(), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    _foreign('destination_check', 'by_id', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_destination_check'))
    )
    op.create_index('ix_destination_check_queue', 'destination_check', ['region', 'ruling', 'found_on'])
    op.create_index('ix_destination_check_subject', 'destination_check', ['kind', 'subject', 'region'])
    op.create_table('placement_figure',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('programme', sa.String(length=30), nullable=False),
    sa.Column('cohort', sa.Integer(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('formula', sa.String(length=40), nullable=False),
    sa.Column('table_year', sa.Integer(), nullable=False),
    sa.Column('codes', sa.JSON(), nullable=False),
    sa.Column('numerator', sa.Integer(), nullable=False),
    sa.Column('denominator', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    _foreign('placement_figure', 'by_id', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_placement_figure'))
    )
    op.create_index('ix_placement_figure_region', 'placement_figure', ['region', 'at'])
    op.create_table('trainee_post',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('employer_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('places', sa.Integer(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('allowance', webapp.db.Yuan(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('trainee_post', 'by_id', 'person'),
    _foreign('trainee_post', 'employer_id', 'employer'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trainee_post'))
    )
    op.create_index('ix_trainee_post_employer', 'trainee_post', ['employer_id'])
    op.create_index('ix_trainee_post_region', 'trainee_post', ['region', 'closed_on'])
    op.create_table('case_destination',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('table_year', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=6), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('counts', sa.Boolean(), nullable=False),
    sa.Column('evidence', sa.String(length=30), nullable=False),
    sa.Column('is_proven', sa.Boolean(), nullable=False),
    sa.Column('evidence_digest', sa.String(length=64), nullable=True),
    sa.Column('unit_index', sa.LargeBinary(length=32), nullable=True),
    sa.Column('unit_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('uscc_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('position_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=True),
    sa.Column('told_by', sa.String(length=30), nullable=False),
    sa.Column('word', sa.String(length=30), nullable=False),
    sa.Column('word_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('dispute_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('answer_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('superseded_on', sa.Date(), nullable=True),
    _foreign('case_destination', 'by_id', 'person'),
    _foreign('case_destination', 'case_id', 'casework_case'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_destination'))
    )
    op.create_index('ix_case_destination_case', 'case_destination', ['case_id', 'id'])
    op.create_index('ix_case_destination_proof', 'case_destination', ['evidence_digest'])
    op.create_index('ix_case_destination_unit', 'case_destination', ['unit_index', 'on'])
    op.create_index('uq_case_destination_current', 'case_destination', ['case_id'], unique=True, sqlite_where=sa.text('superseded_on IS NULL'), postgresql_where=sa.text('superseded_on IS NULL'))
    op.create_table('placement_member',
    sa.Column('figure_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('counted', sa.Boolean(), nullable=False),
    _foreign('placement_member', 'case_id', 'casework_case'),
    _foreign('placement_member', 'figure_id', 'placement_figure'),
    sa.PrimaryKeyConstraint('figure_id', 'case_id', name=op.f('pk_placement_member'))
    )
    op.create_index('ix_placement_member_figure', 'placement_member', ['figure_id', 'counted'])
    op.create_table('traineeship',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('post_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('ground', sa.String(length=30), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ending', sa.String(length=30), nullable=True),
    sa.Column('retained', sa.Boolean(), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('traineeship', 'by_id', 'person'),
    _foreign('traineeship', 'case_id', 'casework_case'),
    _foreign('traineeship', 'post_id', 'trainee_post'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_traineeship'))
    )
    op.create_index('ix_traineeship_case', 'traineeship', ['case_id'])
    op.create_index('ix_traineeship_post', 'traineeship', ['post_id', 'ended_on'])
    op.create_index('uq_traineeship_going_on', 'traineeship', ['case_id'], unique=True, sqlite_where=sa.text('ended_on IS NULL'), postgresql_where=sa.text('ended_on IS NULL'))
    op.create_table('comparison_conflict',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('comparison_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('said', sa.String(length=64), nullable=False),
    sa.Column('equal', sa.String(length=64), nullable=False),
    sa.Column('unit_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('uscc_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('detail', sa.String(length=30), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=True),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('ours_id', sa.Uuid(), nullable=True),
    sa.Column('found_on', sa.Date(), nullable=False),
    sa.Column('verdict', sa.String(length=30), nullable=True),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('decided_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    _foreign('comparison_conflict', 'case_id', 'casework_case'),
    _foreign('comparison_conflict', 'comparison_id', 'comparison'),
    _foreign('comparison_conflict', 'decided_by', 'person'),
    _foreign('comparison_conflict', 'ours_id', 'case_destination'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comparison_conflict'))
    )
    op.create_index('ix_conflict_comparison', 'comparison_conflict', ['comparison_id', 'verdict', 'kind'])
    op.create_index('ix_conflict_said', 'comparison_conflict', ['case_id', 'said'], unique=True)
    op.create_table('destination_check_member',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('check_id', sa.Uuid(), nullable=False),
    sa.Column('destination_id', sa.Uuid(), nullable=False),
    _foreign('destination_check_member', 'check_id', 'destination_check'),
    _foreign('destination_check_member', 'destination_id', 'case_destination'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_destination_check_member')),
    sa.UniqueConstraint('check_id', 'destination_id', name=op.f('uq_destination_check_member_check_id_destination_id'))
    )
    op.create_index('ix_destination_check_member_destination', 'destination_check_member', ['destination_id'])
    op.create_table('destination_link',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('destination_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('created_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    _foreign('destination_link', 'by_id', 'person'),
    _foreign('destination_link', 'case_id', 'casework_case'),
    _foreign('destination_link', 'destination_id', 'case_destination'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_destination_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_destination_link_token_hash'))
    )
    op.create_index('ix_destination_link_case', 'destination_link', ['case_id', 'created_at'])
    op.create_table('trainee_allowance',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('traineeship_id', sa.Uuid(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('due', webapp.db.Yuan(), nullable=False),
    sa.Column('paid', webapp.db.Yuan(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    _foreign('trainee_allowance', 'by_id', 'person'),
    _foreign('trainee_allowance', 'traineeship_id', 'traineeship'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trainee_allowance'))
    )
    op.create_index('uq_trainee_allowance_month', 'trainee_allowance', ['traineeship_id', 'month'], unique=True, sqlite_where=sa.text('superseded_at IS NULL'), postgresql_where=sa.text('superseded_at IS NULL'))


def downgrade() -> None:
    for table in (
        'trainee_allowance',
        'destination_link',
        'destination_check_member',
        'comparison_conflict',
        'traineeship',
        'placement_member',
        'case_destination',
        'trainee_post',
        'placement_figure',
        'destination_check',
        'comparison',
        'pressure_phrase',
        'evidence_kind',
        'destination_code',
        'comparison_purpose',
    ):
        op.drop_table(table)
