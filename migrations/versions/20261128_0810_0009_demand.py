"""Who looks after which employer, visits, needs, and the catalogue of occupations that are short

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('catalogue',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('period', sa.String(length=7), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('formula', sa.String(length=30), nullable=False),
    sa.Column('parameters', sa.JSON(), nullable=False),
    sa.Column('previous_id', sa.Uuid(), nullable=True),
    sa.Column('asked_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('as_of', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('computed_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('stage', sa.String(length=40), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('totals', sa.JSON(), nullable=False),
    sa.Column('inputs_digest', sa.String(length=64), nullable=False),
    sa.Column('rows_digest', sa.String(length=64), nullable=False),
    sa.Column('rechecked_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('recheck_same', sa.Boolean(), nullable=True),
    sa.Column('published_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('published_by', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_catalogue_asked_by_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['previous_id'], ['catalogue.id'], name=op.f('fk_catalogue_previous_id_catalogue'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['published_by'], ['person.id'], name=op.f('fk_catalogue_published_by_person'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue'))
    )
    with op.batch_alter_table('catalogue', schema=None) as batch_op:
        batch_op.create_index('ix_catalogue_state', ['state', 'region'], unique=False)
        batch_op.create_index('uq_catalogue_version', ['region', 'period', 'version'], unique=True)

    op.create_table('need_batch',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.String(length=30), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('regions', sa.JSON(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('merged', sa.Integer(), nullable=False),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('refusals_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('trouble', sa.String(length=300), nullable=False),
    sa.Column('finished_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_need_batch_by_id_person'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_need_batch'))
    )
    with op.batch_alter_table('need_batch', schema=None) as batch_op:
        batch_op.create_index('ix_need_batch_by', ['by_id'], unique=False)

    op.create_table('care',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('employer_id', sa.Uuid(), nullable=False),
    sa.Column('officer_id', sa.Uuid(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('ended_by_id', sa.Uuid(), nullable=True),
    sa.Column('contacted_on', sa.Date(), nullable=True),
    sa.Column('next_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_care_by_id_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_care_employer_id_employer'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['ended_by_id'], ['person.id'], name=op.f('fk_care_ended_by_id_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['officer_id'], ['person.id'], name=op.f('fk_care_officer_id_person'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_care'))
    )
    with op.batch_alter_table('care', schema=None) as batch_op:
        batch_op.create_index('ix_care_next', ['next_on'], unique=False)
        batch_op.create_index('ix_care_officer', ['officer_id', 'until'], unique=False)
        batch_op.create_index('uq_care_open', ['employer_id'], unique=True, sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))

    op.create_table('catalogue_input',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('catalogue_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('occupation', sa.String(length=12), nullable=False),
    sa.Column('county', sa.String(length=6), nullable=False),
    sa.Column('reporter', sa.String(length=120), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('carried', sa.Boolean(), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('stated', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['catalogue_id'], ['catalogue.id'], name=op.f('fk_catalogue_input_catalogue_id_catalogue'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_input'))
    )
    with op.batch_alter_table('catalogue_input', schema=None) as batch_op:
        batch_op.create_index('ix_catalogue_input_occupation', ['catalogue_id', 'occupation', 'kind'], unique=False)

    op.create_table('catalogue_row',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('catalogue_id', sa.Uuid(), nullable=False),
    sa.Column('level', sa.String(length=30), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('occupation', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('demand', sa.Integer(), nullable=False),
    sa.Column('demand_carried', sa.Integer(), nullable=False),
    sa.Column('urgent', sa.Integer(), nullable=False),
    sa.Column('seekers', sa.Integer(), nullable=False),
    sa.Column('seekers_carried', sa.Integer(), nullable=False),
    sa.Column('spread', sa.Integer(), nullable=False),
    sa.Column('gap', sa.Integer(), nullable=False),
    sa.Column('ratio', sa.Integer(), nullable=True),
    sa.Column('employers', sa.Integer(), nullable=False),
    sa.Column('counties', sa.Integer(), nullable=False),
    sa.Column('typical', sa.String(length=6), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('previous_rank', sa.Integer(), nullable=True),
    sa.Column('change', sa.String(length=30), nullable=False),
    sa.ForeignKeyConstraint(['catalogue_id'], ['catalogue.id'], name=op.f('fk_catalogue_row_catalogue_id_catalogue'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_row'))
    )
    with op.batch_alter_table('catalogue_row', schema=None) as batch_op:
        batch_op.create_index('uq_catalogue_row', ['catalogue_id', 'level', 'occupation'], unique=True)

    op.create_table('key_mark',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('employer_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('roster', sa.String(length=60), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_key_mark_by_id_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_key_mark_employer_id_employer'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_key_mark'))
    )
    with op.batch_alter_table('key_mark', schema=None) as batch_op:
        batch_op.create_index('uq_key_mark_open', ['employer_id', 'reason', 'roster'], unique=True, sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))

    op.create_table('visit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('employer_id', sa.Uuid(), nullable=False),
    sa.Column('officer_id', sa.Uuid(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('way', sa.String(length=30), nullable=False),
    sa.Column('met_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('summary_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('next_on', sa.Date(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('corrects_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['corrects_id'], ['visit.id'], name=op.f('fk_visit_corrects_id_visit'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_visit_employer_id_employer'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['officer_id'], ['person.id'], name=op.f('fk_visit_officer_id_person'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit')),
    sa.UniqueConstraint('corrects_id', name=op.f('uq_visit_corrects_id'))
    )
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.create_index('ix_visit_employer', ['employer_id', 'on'], unique=False)
        batch_op.create_index('ix_visit_officer', ['officer_id', 'on'], unique=False)

    op.create_table('need',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('employer_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('source', sa.String(length=30), nullable=False),
    sa.Column('visit_id', sa.Uuid(), nullable=True),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('occupation', sa.String(length=12), nullable=False),
    sa.Column('employment_type', sa.String(length=30), nullable=True),
    sa.Column('headcount', sa.Integer(), nullable=False),
    sa.Column('hired', sa.Integer(), nullable=False),
    sa.Column('by_on', sa.Date(), nullable=True),
    sa.Column('urgency', sa.String(length=30), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('address', sa.String(length=120), nullable=False),
    sa.Column('wage_unit', sa.String(length=30), nullable=True),
    sa.Column('wage_low', webapp.db.Yuan(), nullable=True),
    sa.Column('wage_high', webapp.db.Yuan(), nullable=True),
    sa.Column('education', sa.Integer(), nullable=True),
    sa.Column('conditions', sa.Text(), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('touched_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('superseded_on', sa.Date(), nullable=True),
    sa.Column('supersedes_id', sa.Uuid(), nullable=True),
    sa.Column('told', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['employer_id'], ['employer.id'], name=op.f('fk_need_employer_id_employer'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['supersedes_id'], ['need.id'], name=op.f('fk_need_supersedes_id_need'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_need_visit_id_visit'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_need')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_need_supersedes_id'))
    )
    with op.batch_alter_table('need', schema=None) as batch_op:
        batch_op.create_index('ix_need_employer', ['employer_id', 'state'], unique=False)
        batch_op.create_index('ix_need_region_opened', ['region', 'opened_on'], unique=False)
        batch_op.create_index('ix_need_state_touched', ['state', 'touched_on'], unique=False)

    op.create_table('need_posting',
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_need_posting_by_id_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_need_posting_need_id_need'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['posting_id'], ['posting.id'], name=op.f('fk_need_posting_posting_id_posting'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('posting_id', name=op.f('pk_need_posting'))
    )
    with op.batch_alter_table('need_posting', schema=None) as batch_op:
        batch_op.create_index('ix_need_posting_need', ['need_id'], unique=False)

    op.create_table('need_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('said', sa.String(length=300), nullable=False),
    sa.Column('hired', sa.Integer(), nullable=True),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_need_step_by_id_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_need_step_need_id_need'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_need_step'))
    )
    with op.batch_alter_table('need_step', schema=None) as batch_op:
        batch_op.create_index('ix_need_step_need', ['need_id', 'on'], unique=False)




def downgrade() -> None:
    with op.batch_alter_table('need_step', schema=None) as batch_op:
        batch_op.drop_index('ix_need_step_need')

    op.drop_table('need_step')
    with op.batch_alter_table('need_posting', schema=None) as batch_op:
        batch_op.drop_index('ix_need_posting_need')

    op.drop_table('need_posting')
    with op.batch_alter_table('need', schema=None) as batch_op:
        batch_op.drop_index('ix_need_state_touched')
        batch_op.drop_index('ix_need_region_opened')
        batch_op.drop_index('ix_need_employer')

    op.drop_table('need')
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.drop_index('ix_visit_officer')
        batch_op.drop_index('ix_visit_employer')

    op.drop_table('visit')
    with op.batch_alter_table('key_mark', schema=None) as batch_op:
        batch_op.drop_index('uq_key_mark_open', sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))

    op.drop_table('key_mark')
    with op.batch_alter_table('catalogue_row', schema=None) as batch_op:
        batch_op.drop_index('uq_catalogue_row')

    op.drop_table('catalogue_row')
    with op.batch_alter_table('catalogue_input', schema=None) as batch_op:
        batch_op.drop_index('ix_catalogue_input_occupation')

    op.drop_table('catalogue_input')
    with op.batch_alter_table('care', schema=None) as batch_op:
        batch_op.drop_index('uq_care_open', sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
        batch_op.drop_index('ix_care_officer')
        batch_op.drop_index('ix_care_next')

    op.drop_table('care')
    with op.batch_alter_table('need_batch', schema=None) as batch_op:
        batch_op.drop_index('ix_need_batch_by')

    op.drop_table('need_batch')
    with op.batch_alter_table('catalogue', schema=None) as batch_op:
        batch_op.drop_index('uq_catalogue_version')
        batch_op.drop_index('ix_catalogue_state')

    op.drop_table('catalogue')
