"""The 1+1+N matrix: source nodes with keys, receipts of their batches, duplicates and conflicts

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

HOME = "370000"
"""The area of the sources that are there already: staff of the whole province see them until somebody says more."""


def _adding(table: str, *columns: sa.Column) -> None:
    for column in columns:
        op.add_column(table, column)


def _number(name: str, value: str = '0') -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=value)


def _text(name: str, length: int, value: str = '') -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default=value)


def _instant(name: str) -> sa.Column:
    return sa.Column(name, webapp.db.UtcDateTime(timezone=True), nullable=True)


def _to_posting(name: str) -> sa.ForeignKeyConstraint:
    table, _, column = name.partition('.')
    named = f'fk_{table}_{column}_posting'
    return sa.ForeignKeyConstraint([column], ['posting.id'], name=named, initially='DEFERRED', deferrable=True)


def upgrade() -> None:
    _adding('posting', _text('source_url', 500), sa.Column('card_id', sa.Uuid(), nullable=True), _number('card_rank'), _instant('grouped_at'))
    op.execute("UPDATE posting SET card_rank = 50 WHERE source_id IS NOT NULL")
    op.create_index('ix_posting_card', 'posting', ['card_id'])
    op.create_index('ix_posting_grouped', 'posting', ['grouped_at'])
    _adding(
        'source',
        _text('kind', 30, 'other'), _text('region', 6, HOME), sa.Column('contact_sealed', sa.LargeBinary(), nullable=True), _number('priority', '50'),
        _instant('suspended_at'), _text('suspended_for', 200), _text('pull_url', 300), sa.Column('pull_token_sealed', sa.LargeBinary(), nullable=True),
        sa.Column('pull_minutes', sa.Integer(), nullable=True), _text('pull_mode', 30, 'snapshot'),
        sa.Column('pull_asked', sa.Boolean(), nullable=False, server_default=sa.false()), _instant('pulled_at'), _text('pull_trouble', 200),
        sa.Column('watches_folder', sa.Boolean(), nullable=False, server_default=sa.false()), _instant('busy_until'),
    )
    op.create_index('ix_source_region', 'source', ['region'])
    _adding(
        'batch',
        _text('mode', 30, 'delta'), _text('origin', 30, 'command'), _text('format', 30, 'csv'),
        sa.Column('idempotency_key', sa.String(length=80), nullable=True), _text('body_digest', 64), _number('position'), _number('adopted'),
        _number('removed'), _number('missing'), _text('trouble', 300), sa.Column('decided_by', sa.Uuid(), nullable=True), _instant('decided_at'),
    )
    op.create_index('ix_batch_key', 'batch', ['source_id', 'idempotency_key'], unique=True)
    _tables()


def _tables() -> None:
    op.create_table('node_key',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('prefix', sa.String(length=12), nullable=False),
    sa.Column('secret_index', sa.LargeBinary(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.Column('made_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name='fk_node_key_source_id_source', initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name='fk_node_key_made_by_person', initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name='pk_node_key'),
    sa.UniqueConstraint('secret_index', name='uq_node_key_secret_index')
    )
    op.create_index('ix_node_key_source', 'node_key', ['source_id'])
    op.create_table('posting_sketch',
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(length=40), nullable=False),
    _to_posting('posting_sketch.posting_id'),
    sa.PrimaryKeyConstraint('posting_id', name='pk_posting_sketch')
    )
    op.create_table('posting_band',
    sa.Column('band', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    _to_posting('posting_band.posting_id'),
    sa.PrimaryKeyConstraint('band', 'posting_id', name='pk_posting_band')
    )
    op.create_index('ix_posting_band_posting', 'posting_band', ['posting_id'])
    op.create_table('posting_conflict',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('first_id', sa.Uuid(), nullable=False),
    sa.Column('second_id', sa.Uuid(), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('found_at', webapp.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decision', sa.String(length=30), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', webapp.db.UtcDateTime(timezone=True), nullable=True),
    _to_posting('posting_conflict.first_id'),
    _to_posting('posting_conflict.second_id'),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name='fk_posting_conflict_decided_by_person', initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name='pk_posting_conflict'),
    sa.UniqueConstraint('first_id', 'second_id', name='uq_posting_conflict_first_id_second_id')
    )
    op.create_index('ix_posting_conflict_second', 'posting_conflict', ['second_id'])


def downgrade() -> None:
    for table in ('posting_conflict', 'posting_band', 'posting_sketch', 'node_key'):
        op.drop_table(table)
    op.drop_index('ix_batch_key', 'batch')
    op.drop_index('ix_source_region', 'source')
    for name in ('ix_posting_grouped', 'ix_posting_card'):
        op.drop_index(name, 'posting')
    gone = {
        'batch': ('mode', 'origin', 'format', 'idempotency_key', 'body_digest', 'position', 'adopted', 'removed', 'missing', 'trouble',
                  'decided_by', 'decided_at'),
        'source': ('kind', 'region', 'contact_sealed', 'priority', 'suspended_at', 'suspended_for', 'pull_url', 'pull_token_sealed', 'pull_minutes',
                   'pull_mode', 'pull_asked', 'pulled_at', 'pull_trouble', 'watches_folder', 'busy_until'),
        'posting': ('source_url', 'card_id', 'card_rank', 'grouped_at'),
    }
    for table, columns in gone.items():
        for column in columns:
            op.drop_column(table, column)
