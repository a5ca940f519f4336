"""Spot checks drawn at random, reports of the public, and the phone book of an area

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('phone_entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('purpose', sa.String(length=30), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('office', sa.String(length=80), nullable=False),
    sa.Column('hours', sa.String(length=80), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=True),
    sa.Column('changed_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phone_entry')),
    sa.UniqueConstraint('region', 'purpose', 'number', name=op.f('uq_phone_entry_region_purpose_number'))
    )
    op.create_table('spot_campaign',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('definition', sa.JSON(), nullable=False),
    sa.Column('taken_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('population', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('rate', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=True),
    sa.Column('roster', sa.JSON(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('drawn_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('finished_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('published_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_spot_campaign_created_by_person'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spot_campaign'))
    )
    with op.batch_alter_table('spot_campaign', schema=None) as batch_op:
        batch_op.create_index('ix_spot_campaign_region', ['region', 'state'], unique=False)

    op.create_table('spot_stratum',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('county', sa.String(length=6), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.Column('population', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('keys', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['spot_campaign.id'], name=op.f('fk_spot_stratum_campaign_id_spot_campaign'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spot_stratum')),
    sa.UniqueConstraint('campaign_id', 'county', 'source', name=op.f('uq_spot_stratum_campaign_id_county_source'))
    )
    op.create_table('public_report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('once', sa.Uuid(), nullable=False),
    sa.Column('code_index', sa.LargeBinary(length=32), nullable=False),
    sa.Column('origin_index', sa.LargeBinary(length=32), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('employer_name', sa.String(length=120), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('reporter_id', sa.Uuid(), nullable=True),
    sa.Column('by_sms', sa.Boolean(), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('evidence_digest', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('received_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('handler_id', sa.Uuid(), nullable=True),
    sa.Column('taken_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('offered_id', sa.Uuid(), nullable=True),
    sa.Column('decision', sa.String(length=30), nullable=True),
    sa.Column('outcome', sa.String(length=300), nullable=False),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('decided_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['handler_id'], ['person.id'], name=op.f('fk_public_report_handler_id_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['offered_id'], ['person.id'], name=op.f('fk_public_report_offered_id_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['posting_id'], ['posting.id'], name=op.f('fk_public_report_posting_id_posting'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['reporter_id'], ['person.id'], name=op.f('fk_public_report_reporter_id_person'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_public_report')),
    sa.UniqueConstraint('number', name=op.f('uq_public_report_number')),
    sa.UniqueConstraint('once', name=op.f('uq_public_report_once'))
    )
    with op.batch_alter_table('public_report', schema=None) as batch_op:
        batch_op.create_index('ix_public_report_employer', ['employer_name', 'region'], unique=False)
        batch_op.create_index(batch_op.f('ix_public_report_handler_id'), ['handler_id'], unique=False)
        batch_op.create_index('ix_public_report_origin', ['origin_index', 'received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_public_report_posting_id'), ['posting_id'], unique=False)
        batch_op.create_index('ix_public_report_queue', ['region', 'state', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_public_report_reporter_id'), ['reporter_id'], unique=False)

    op.create_table('spot_check',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('campaign_id', sa.Uuid(), nullable=False),
    sa.Column('stratum_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('employer_name', sa.String(length=120), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('evidence_digest', sa.String(length=64), nullable=False),
    sa.Column('eligible', sa.JSON(), nullable=False),
    sa.Column('drawn_id', sa.Uuid(), nullable=False),
    sa.Column('inspector_id', sa.Uuid(), nullable=False),
    sa.Column('verdict', sa.String(length=30), nullable=True),
    sa.Column('effect', sa.String(length=30), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('judged_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['spot_campaign.id'], name=op.f('fk_spot_check_campaign_id_spot_campaign'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['drawn_id'], ['person.id'], name=op.f('fk_spot_check_drawn_id_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['inspector_id'], ['person.id'], name=op.f('fk_spot_check_inspector_id_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['posting_id'], ['posting.id'], name=op.f('fk_spot_check_posting_id_posting'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['stratum_id'], ['spot_stratum.id'], name=op.f('fk_spot_check_stratum_id_spot_stratum'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spot_check')),
    sa.UniqueConstraint('campaign_id', 'posting_id', name=op.f('uq_spot_check_campaign_id_posting_id'))
    )
    with op.batch_alter_table('spot_check', schema=None) as batch_op:
        batch_op.create_index('ix_spot_check_employer', ['employer_name', 'region'], unique=False)
        batch_op.create_index('ix_spot_check_inspector', ['inspector_id', 'verdict'], unique=False)
        batch_op.create_index(batch_op.f('ix_spot_check_posting_id'), ['posting_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_spot_check_stratum_id'), ['stratum_id'], unique=False)

    op.create_table('report_transfer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('office', sa.String(length=30), nullable=False),
    sa.Column('office_name', sa.String(length=80), nullable=False),
    sa.Column('sign', sa.String(length=60), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_report_transfer_by_id_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['report_id'], ['public_report.id'], name=op.f('fk_report_transfer_report_id_public_report'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_transfer'))
    )
    with op.batch_alter_table('report_transfer', schema=None) as batch_op:
        batch_op.create_index('ix_report_transfer_report', ['report_id'], unique=False)

    op.create_table('spot_call',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('check_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=30), nullable=False),
    sa.Column('verdict', sa.String(length=30), nullable=True),
    sa.Column('remark_sealed', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_spot_call_by_id_person'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['check_id'], ['spot_check.id'], name=op.f('fk_spot_call_check_id_spot_check'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spot_call'))
    )
    with op.batch_alter_table('spot_call', schema=None) as batch_op:
        batch_op.create_index('ix_spot_call_check', ['check_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('spot_call', schema=None) as batch_op:
        batch_op.drop_index('ix_spot_call_check')

    op.drop_table('spot_call')
    with op.batch_alter_table('report_transfer', schema=None) as batch_op:
        batch_op.drop_index('ix_report_transfer_report')

    op.drop_table('report_transfer')
    with op.batch_alter_table('spot_check', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_spot_check_stratum_id'))
        batch_op.drop_index(batch_op.f('ix_spot_check_posting_id'))
        batch_op.drop_index('ix_spot_check_inspector')
        batch_op.drop_index('ix_spot_check_employer')

    op.drop_table('spot_check')
    with op.batch_alter_table('public_report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_public_report_reporter_id'))
        batch_op.drop_index('ix_public_report_queue')
        batch_op.drop_index(batch_op.f('ix_public_report_posting_id'))
        batch_op.drop_index('ix_public_report_origin')
        batch_op.drop_index(batch_op.f('ix_public_report_handler_id'))
        batch_op.drop_index('ix_public_report_employer')

    op.drop_table('public_report')
    op.drop_table('spot_stratum')
    with op.batch_alter_table('spot_campaign', schema=None) as batch_op:
        batch_op.drop_index('ix_spot_campaign_region')

    op.drop_table('spot_campaign')
    op.drop_table('phone_entry')
