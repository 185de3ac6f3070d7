"""Users, their sessions, and the counters of login attempts."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Uuid

revision = "0001"
down_revision = None

# The tables are spelled out, not imported: this is what they were, whatever becomes of them.


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "users",
        Column("id", Uuid, primary_key=True),
        Column("email", String(254), nullable=False, unique=True),
        Column("password_hash", String(255), nullable=False),
        Column("auth_version", Integer, nullable=False),
        Column("created_at", BigInteger, nullable=False),
    )
    _create_sessions()
    op.create_table(
        "login_attempts",
        Column("key", LargeBinary(32), primary_key=True),
        Column("window_start", BigInteger, nullable=False, index=True),
        Column("count", Integer, nullable=False),
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        Column("token_hash", LargeBinary(32), primary_key=True),
        Column("public_id", Uuid, nullable=False, unique=True),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        Column("auth_version", Integer, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("last_seen_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("user_agent", String(512), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("sessions_of_user", "sessions", ["user_id", "created_at"])
    op.create_index("sessions_by_expiry", "sessions", ["expires_at"])
