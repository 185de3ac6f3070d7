"""What Alembic runs for each of its commands: the steps, over a connection that is open already."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():  # ours, if the connection has one: all steps or none
    context.run_migrations()
