"""Flask-Security-Too as its quick start shows it, with registration and password change."""

import os
from datetime import timedelta

from flask import Flask, render_template_string
from flask_security import Security, SQLAlchemyUserDatastore, auth_required, hash_password
from flask_security.models import fsqla_v3
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ["SECRET_KEY"],
    SECURITY_PASSWORD_SALT=os.environ["PASSWORD_SALT"],
    SQLALCHEMY_DATABASE_URI=os.environ["DATABASE_URL"],
    # The quick start recommends both.
    REMEMBER_COOKIE_SAMESITE="strict",
    SESSION_COOKIE_SAMESITE="strict",
    SECURITY_REGISTERABLE=True,
    SECURITY_CHANGEABLE=True,
    SECURITY_SEND_REGISTER_EMAIL=False,
    SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
    SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},  # there is no name server here
    # Cheap hashing, since the suite logs in hundreds of times; the default is argon2.
    SECURITY_PASSWORD_HASH="pbkdf2_sha512",
    SECURITY_PASSWORD_HASH_OPTIONS={"pbkdf2_sha512__rounds": 1000},
    PERMANENT_SESSION_LIFETIME=timedelta(days=1),
)

db = SQLAlchemy(app)
fsqla_v3.FsModels.set_db_info(db)


class Role(db.Model, fsqla_v3.FsRoleMixin):
    pass


class User(db.Model, fsqla_v3.FsUserMixin):
    pass


security = Security(app, SQLAlchemyUserDatastore(db, User, Role))


@app.get("/")
@auth_required()
def home():
    return render_template_string("Hello {{ current_user.email }}")


@app.cli.command("set-up")
def set_up():
    """Make the tables and the accounts of ACCOUNTS: `name password;name password`."""
    db.create_all()
    for account in os.environ["ACCOUNTS"].split(";"):
        email, _, password = account.partition(" ")
        security.datastore.create_user(email=email, password=hash_password(password))
    db.session.commit()
