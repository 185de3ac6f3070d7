from app import app

from conformance.testing import wsgi_fixture

sessions = wsgi_fixture(app, "sessions.yaml")
