"""Services for people looked after by name: records, the standard and its items, plans, referrals, programmes and their moves

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{to}.id'], name=op.f(f'fk_{table}_{column}_{to}'), deferrable=True, initially='DEFERRED')


def upgrade() -> None:
    op.create_table('case_programme',
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('entry', sa.String(length=30), nullable=False),
    sa.Column('entry_parameters', sa.JSON(), nullable=False),
    sa.Column('exits', sa.JSON(), nullable=False),
    sa.Column('exits_by_itself', sa.JSON(), nullable=False),
    sa.Column('confirmed', sa.JSON(), nullable=False),
    sa.Column('queue', sa.JSON(), nullable=False),
    sa.Column('contact_days', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('checked', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_case_programme'))
    )
    op.create_table('hardship_rule',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('test', sa.String(length=30), nullable=False),
    sa.Column('sex', sa.String(length=30), nullable=False),
    sa.Column('least', sa.Integer(), nullable=True),
    sa.Column('most', sa.Integer(), nullable=True),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('registered', sa.Boolean(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('checked', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hardship_rule'))
    )
    op.create_index('ix_hardship_rule_lookup', 'hardship_rule', ['region', 'valid_from'])
    op.create_table('service_channel',
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('speaks', sa.Boolean(), nullable=False),
    sa.Column('serves', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('checked', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_service_channel'))
    )
    op.create_table('service_standard',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('standard', sa.String(length=30), nullable=False),
    sa.Column('programme', sa.String(length=30), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('item', sa.String(length=30), nullable=False),
    sa.Column('types', sa.JSON(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('period', sa.String(length=30), nullable=False),
    sa.Column('within_days', sa.Integer(), nullable=True),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('checked', sa.Boolean(), nullable=False),
    sa.Column('origin', sa.String(length=30), nullable=False),
    sa.Column('change_id', sa.Uuid(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_standard'))
    )
    op.create_index('ix_service_standard_lookup', 'service_standard', ['programme', 'region', 'valid_from'])
    op.create_table('service_type',
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('counts', sa.String(length=30), nullable=False),
    sa.Column('needs_evidence', sa.Boolean(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('means', sa.String(length=200), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('checked', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_service_type'))
    )
    op.create_table('programme_run',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme', sa.String(length=30), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('examined', sa.Integer(), nullable=False),
    sa.Column('entering', sa.Integer(), nullable=False),
    sa.Column('leaving', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    _foreign('programme_run', 'by_id', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_run'))
    )
    op.create_index('ix_programme_run_programme', 'programme_run', ['programme', 'on'])
    op.create_table('standard_change',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme', sa.String(length=30), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('standard', sa.String(length=30), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    _foreign('standard_change', 'by_id', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standard_change'))
    )
    op.create_index('ix_standard_change_state', 'standard_change', ['state', 'valid_from'])
    op.create_table('unemployment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('is_registered', sa.Boolean(), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('unemployment', 'by_id', 'person'),
    _foreign('unemployment', 'client_id', 'client'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unemployment'))
    )
    op.create_index('uq_unemployment_open', 'unemployment', ['client_id'], unique=True, sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
    op.create_table('case_item',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('item', sa.String(length=30), nullable=False),
    sa.Column('standard', sa.String(length=30), nullable=False),
    sa.Column('types', sa.JSON(), nullable=False),
    sa.Column('needed', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_on', sa.Date(), nullable=True),
    _foreign('case_item', 'case_id', 'casework_case'),
    sa.PrimaryKeyConstraint('case_id', 'item', name=op.f('pk_case_item'))
    )
    op.create_index('ix_case_item_due', 'case_item', ['item', 'due_on'])
    op.create_table('case_need',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    _foreign('case_need', 'by_id', 'person'),
    _foreign('case_need', 'case_id', 'casework_case'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_need'))
    )
    op.create_index('uq_case_need_open', 'case_need', ['case_id', 'kind'], unique=True, sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
    op.create_table('case_plan',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('goal_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('agreed_on', sa.Date(), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=30), nullable=False),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    _foreign('case_plan', 'by_id', 'person'),
    _foreign('case_plan', 'case_id', 'casework_case'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_plan')),
    sa.UniqueConstraint('case_id', 'number', name=op.f('uq_case_plan_case_id_number'))
    )
    op.create_index('uq_case_plan_current', 'case_plan', ['case_id'], unique=True, sqlite_where=sa.text('superseded_at IS NULL'), postgresql_where=sa.text('superseded_at IS NULL'))
    op.create_table('case_proof',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('seen', sa.String(length=80), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('on', sa.Date(), nullable=False),
    _foreign('case_proof', 'by_id', 'person'),
    _foreign('case_proof', 'case_id', 'casework_case'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_proof')),
    sa.UniqueConstraint('case_id', 'kind', name=op.f('uq_case_proof_case_id_kind'))
    )
    op.create_table('case_referral',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('channel', sa.String(length=30), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=30), nullable=False),
    sa.Column('answer', sa.String(length=30), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=True),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('case_referral', 'by_id', 'person'),
    _foreign('case_referral', 'case_id', 'casework_case'),
    _foreign('case_referral', 'posting_id', 'posting'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_referral')),
    sa.UniqueConstraint('case_id', 'posting_id', name=op.f('uq_case_referral_case_id_posting_id'))
    )
    op.create_index('ix_case_referral_answer', 'case_referral', ['answer', 'on'])
    op.create_index('ix_case_referral_posting', 'case_referral', ['posting_id'])
    op.create_table('programme_move',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('programme', sa.String(length=30), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('why', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('remark_sealed', sa.LargeBinary(), nullable=True),
    _foreign('programme_move', 'case_id', 'casework_case'),
    _foreign('programme_move', 'client_id', 'client'),
    _foreign('programme_move', 'decided_by', 'person'),
    _foreign('programme_move', 'run_id', 'programme_run'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_move'))
    )
    op.create_index('ix_programme_move_run', 'programme_move', ['run_id', 'kind'])
    op.create_index('ix_programme_move_state', 'programme_move', ['state', 'region'])
    op.create_index('uq_programme_move_open', 'programme_move', ['programme', 'client_id', 'kind'], unique=True, sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'"))
    op.create_table('service_record',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('type', sa.String(length=30), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('channel', sa.String(length=30), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=True),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('evidence_id', sa.Uuid(), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=30), nullable=False),
    sa.Column('entered', sa.String(length=30), nullable=False),
    sa.Column('corrects_id', sa.Uuid(), nullable=True),
    sa.Column('superseded_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('superseded_by', sa.Uuid(), nullable=True),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    _foreign('service_record', 'by_id', 'person'),
    _foreign('service_record', 'case_id', 'casework_case'),
    _foreign('service_record', 'corrects_id', 'service_record'),
    _foreign('service_record', 'posting_id', 'posting'),
    _foreign('service_record', 'superseded_by', 'person'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_record'))
    )
    op.create_index('ix_service_record_by', 'service_record', ['by_id', 'on'])
    op.create_index('ix_service_record_case', 'service_record', ['case_id', 'on'])
    op.create_index('ix_service_record_on', 'service_record', ['on', 'entered'])
    op.create_index('uq_service_record_corrects', 'service_record', ['corrects_id'], unique=True)
    op.create_table('standard_change_row',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('change_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('before', sa.String(length=30), nullable=False),
    sa.Column('after', sa.String(length=30), nullable=False),
    sa.Column('done_before', sa.Integer(), nullable=False),
    sa.Column('due_before', sa.Integer(), nullable=False),
    sa.Column('done_after', sa.Integer(), nullable=False),
    sa.Column('due_after', sa.Integer(), nullable=False),
    _foreign('standard_change_row', 'case_id', 'casework_case'),
    _foreign('standard_change_row', 'change_id', 'standard_change'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standard_change_row')),
    sa.UniqueConstraint('change_id', 'case_id', name=op.f('uq_standard_change_row_change_id_case_id'))
    )
    op.create_index('ix_standard_change_row_states', 'standard_change_row', ['change_id', 'before', 'after'])
    op.create_table('case_plan_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('what_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('who', sa.String(length=30), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_on', sa.Date(), nullable=True),
    _foreign('case_plan_step', 'plan_id', 'case_plan'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_plan_step')),
    sa.UniqueConstraint('plan_id', 'position', name=op.f('uq_case_plan_step_plan_id_position'))
    )
    op.add_column('casework_case', sa.Column('counts_from', sa.Date(), nullable=True))
    op.add_column('casework_case', sa.Column('services', sa.Integer(), server_default='0', nullable=False))


def downgrade() -> None:
    op.drop_column('casework_case', 'services')
    op.drop_column('casework_case', 'counts_from')
    for table in (
        'case_plan_step', 'standard_change_row', 'service_record', 'programme_move', 'case_referral', 'case_proof',
        'case_plan', 'case_need',
        'case_item', 'unemployment', 'standard_change', 'programme_run', 'service_type', 'service_standard', 'service_channel', 'hardship_rule', 'case_programme',
    ):
        op.drop_table(table)
