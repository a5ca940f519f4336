"""Applications as a pipeline: their steps, interviews and hires

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

import webapp.db

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

INSTANT = webapp.db.UtcDateTime(timezone=True)
KEPT = 'a step of an application is kept as it happened'


def upgrade() -> None:
    with op.batch_alter_table('application') as batch:
        batch.add_column(sa.Column('answered_at', INSTANT, nullable=True))
        batch.add_column(sa.Column('waits_since', INSTANT, nullable=True))
        batch.add_column(sa.Column('reminders', sa.Integer(), nullable=False, server_default='0'))
    op.execute("UPDATE application SET waits_since = sent_at")
    op.execute("UPDATE application SET state = 'seen' WHERE state = 'sent' AND seen_at IS NOT NULL")
    with op.batch_alter_table('application') as batch:
        batch.alter_column('waits_since', existing_type=INSTANT, nullable=False)
        batch.alter_column('reminders', existing_type=sa.Integer(), server_default=None)
        batch.create_index('ix_application_state_waits_since', ['state', 'waits_since'], unique=False)
    _create_steps()
    _create_interviews()
    _create_hires()
    _write_the_steps_so_far()
    _keep_the_steps()


def _create_steps() -> None:
    op.create_table('application_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('side', sa.String(length=30), nullable=False),
    sa.Column('before', sa.String(length=30), nullable=True),
    sa.Column('after', sa.String(length=30), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=True),
    sa.Column('remark_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_application_step_application_id_application'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application_step'))
    )
    op.create_index('ix_application_step_application', 'application_step', ['application_id'], unique=False)


def _create_interviews() -> None:
    op.create_table('interview',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('starts_at', INSTANT, nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('place_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('contact_name_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('contact_phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('wish_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('arranged_by', sa.Uuid(), nullable=True),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.Column('changed_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_interview_application_id_application'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['arranged_by'], ['person.id'], name=op.f('fk_interview_arranged_by_person'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interview'))
    )
    op.create_index('ix_interview_application', 'interview', ['application_id'], unique=False)
    op.create_index('ix_interview_starts_at', 'interview', ['starts_at'], unique=False)


def _create_hires() -> None:
    op.create_table('hire',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('hired_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('registered_on', sa.Date(), nullable=True),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_hire_application_id_application'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['posting_id'], ['posting.id'], name=op.f('fk_hire_posting_id_posting'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hire')),
    sa.UniqueConstraint('application_id', name=op.f('uq_hire_application_id'))
    )
    op.create_index('ix_hire_posting', 'hire', ['posting_id'], unique=False)
    op.create_index('ix_hire_state_due_on', 'hire', ['state', 'due_on'], unique=False)


def _write_the_steps_so_far() -> None:
    """What the columns of an application say of its way until now; the history begins complete."""
    application = sa.table('application', *(sa.column(name, type_) for name, type_ in (
        ('id', sa.Uuid()), ('sent_at', INSTANT), ('seen_at', INSTANT), ('withdrawn_at', INSTANT))))
    step = sa.table('application_step', *(sa.column(name, type_) for name, type_ in (
        ('id', sa.Uuid()), ('application_id', sa.Uuid()), ('side', sa.String()), ('before', sa.String()), ('after', sa.String()), ('at', INSTANT))))
    connection = op.get_bind()
    for row in connection.execute(sa.select(application)).all():
        states = [('sent', 'seeker', row.sent_at), ('seen', 'employer', row.seen_at), ('withdrawn', 'seeker', row.withdrawn_at)]
        before = None
        for after, side, at in states:
            if at is not None:
                connection.execute(step.insert().values(
                    id=webapp.db.new_key(), application_id=row.id, side=side, before=before, after=after, at=at))
                before = after


def _keep_the_steps() -> None:
    """Rows are added and, with all that is kept of a person, deleted; never changed."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(f"CREATE TRIGGER application_step_no_update BEFORE UPDATE ON application_step BEGIN SELECT RAISE(ABORT, '{KEPT}'); END")
        return
    op.execute(f"CREATE FUNCTION application_step_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$")
    op.execute(
        "CREATE TRIGGER application_step_kept BEFORE UPDATE ON application_step FOR EACH STATEMENT EXECUTE FUNCTION application_step_refuse()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        op.execute("DROP TRIGGER application_step_no_update")
    else:
        op.execute("DROP TRIGGER application_step_kept ON application_step")
        op.execute("DROP FUNCTION application_step_refuse")
    op.drop_table('hire')
    op.drop_table('interview')
    op.drop_table('application_step')
    op.execute("UPDATE application SET state = 'sent' WHERE state NOT IN ('sent', 'withdrawn')")
    with op.batch_alter_table('application') as batch:
        batch.drop_index('ix_application_state_waits_since')
        batch.drop_column('reminders')
        batch.drop_column('waits_since')
        batch.drop_column('answered_at')
