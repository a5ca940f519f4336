"""Where postings are published beside our own pages, what was told there, and publications at fixed times

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('outlet',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('way', sa.String(length=30), nullable=False),
    sa.Column('format', sa.String(length=30), nullable=False),
    sa.Column('rhythm', sa.String(length=30), nullable=False),
    sa.Column('wanted', sa.JSON(), nullable=False),
    sa.Column('address', sa.String(length=300), nullable=False),
    sa.Column('secret_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('key_index', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('created_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_number', sa.BigInteger(), nullable=False),
    sa.Column('checked_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('wait_until', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_success_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_failure_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.String(length=300), nullable=False),
    sa.Column('pulled_number', sa.BigInteger(), nullable=False),
    sa.Column('pulled_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outlet')),
    sa.UniqueConstraint('slug', name=op.f('uq_outlet_slug'))
    )
    op.create_index(op.f('ix_outlet_region'), 'outlet', ['region'], unique=False)
    op.create_table('publication',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('wanted', sa.JSON(), nullable=False),
    sa.Column('at_most', sa.Integer(), nullable=False),
    sa.Column('at_minute', sa.Integer(), nullable=False),
    sa.Column('weekdays', sa.JSON(), nullable=False),
    sa.Column('every_hours', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('next_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('created_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_publication'))
    )
    op.create_index('ix_publication_due', 'publication', ['state', 'next_at'], unique=False)
    op.create_index(op.f('ix_publication_region'), 'publication', ['region'], unique=False)
    op.create_table('publication_outlet',
    sa.Column('publication_id', sa.Uuid(), nullable=False),
    sa.Column('outlet_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['outlet_id'], ['outlet.id'], name=op.f('fk_publication_outlet_outlet_id_outlet'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['publication_id'], ['publication.id'], name=op.f('fk_publication_outlet_publication_id_publication'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('publication_id', 'outlet_id', name=op.f('pk_publication_outlet'))
    )
    op.create_index(op.f('ix_publication_outlet_outlet_id'), 'publication_outlet', ['outlet_id'], unique=False)
    op.create_table('publication_run',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('publication_id', sa.Uuid(), nullable=False),
    sa.Column('outlet_id', sa.Uuid(), nullable=False),
    sa.Column('planned_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('began_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('missed', sa.Integer(), nullable=False),
    sa.Column('planned', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['outlet_id'], ['outlet.id'], name=op.f('fk_publication_run_outlet_id_outlet'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['publication_id'], ['publication.id'], name=op.f('fk_publication_run_publication_id_publication'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_publication_run')),
    sa.UniqueConstraint('publication_id', 'outlet_id', 'planned_at', name=op.f('uq_publication_run_publication_id_outlet_id_planned_at'))
    )
    op.create_index('ix_publication_run_outlet', 'publication_run', ['outlet_id', 'began_at'], unique=False)
    op.create_table('shipment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('outlet_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('made_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lease_until', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lease_token', sa.Uuid(), nullable=True),
    sa.Column('error', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['outlet_id'], ['outlet.id'], name=op.f('fk_shipment_outlet_id_outlet'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipment'))
    )
    op.create_index('ix_shipment_outlet', 'shipment', ['outlet_id', 'state'], unique=False)
    op.create_table('dispatch',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('outlet_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('posting_version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('is_latest', sa.Boolean(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=True),
    sa.Column('shipment_id', sa.Uuid(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('available_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('created_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('sent_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('settled_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('receipt', sa.String(length=80), nullable=False),
    sa.Column('last_error', sa.String(length=300), nullable=False),
    sa.Column('given_up_by', sa.Uuid(), nullable=True),
    sa.Column('given_up_reason', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['outlet_id'], ['outlet.id'], name=op.f('fk_dispatch_outlet_id_outlet'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['posting_id'], ['posting.id'], name=op.f('fk_dispatch_posting_id_posting'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['run_id'], ['publication_run.id'], name=op.f('fk_dispatch_run_id_publication_run'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_dispatch_shipment_id_shipment'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispatch')),
    sa.UniqueConstraint('outlet_id', 'number', name=op.f('uq_dispatch_outlet_id_number'))
    )
    op.create_index('ix_dispatch_outlet_id_state', 'dispatch', ['outlet_id', 'state'], unique=False)
    op.create_index('ix_dispatch_posting_id', 'dispatch', ['posting_id'], unique=False)
    op.create_index('ix_dispatch_run_id', 'dispatch', ['run_id'], unique=False)
    op.create_index('ix_dispatch_shipment_id', 'dispatch', ['shipment_id'], unique=False)
    op.create_index('uq_dispatch_latest', 'dispatch', ['outlet_id', 'posting_id'], unique=True, sqlite_where=sa.text('is_latest'), postgresql_where=sa.text('is_latest'))


def downgrade() -> None:
    op.drop_index('uq_dispatch_latest', table_name='dispatch', sqlite_where=sa.text('is_latest'), postgresql_where=sa.text('is_latest'))
    op.drop_index('ix_dispatch_shipment_id', table_name='dispatch')
    op.drop_index('ix_dispatch_run_id', table_name='dispatch')
    op.drop_index('ix_dispatch_posting_id', table_name='dispatch')
    op.drop_index('ix_dispatch_outlet_id_state', table_name='dispatch')
    op.drop_table('dispatch')
    op.drop_index('ix_shipment_outlet', table_name='shipment')
    op.drop_table('shipment')
    op.drop_index('ix_publication_run_outlet', table_name='publication_run')
    op.drop_table('publication_run')
    op.drop_index(op.f('ix_publication_outlet_outlet_id'), table_name='publication_outlet')
    op.drop_table('publication_outlet')
    op.drop_index(op.f('ix_publication_region'), table_name='publication')
    op.drop_index('ix_publication_due', table_name='publication')
    op.drop_table('publication')
    op.drop_index(op.f('ix_outlet_region'), table_name='outlet')
    op.drop_table('outlet')
