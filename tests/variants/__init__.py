"""Servers that are right but different: none of them may be blamed by any scenario.

`VARIANTS` are used as the controls of `mutants.harness` are: `running(VARIANTS[name], unchanged,
folder)`, and as `@mutant("LOGOUT-1", "...", on="jwt")`, with a subclass of a part or a function of
the `VariantSite` that returns an app:

    def never_revoked(site: VariantSite) -> WSGI:
        class Forgetful(site.parts["sessions"]):
            def end(self, session): ...
        return site.app(sessions=Forgetful)

The parts are `sessions`, `answers`, `guard`, `cookies`, `attempts` and `server` (the class of the
app, whose methods are its pages).
"""

from .catalogue import VARIANTS
from .site import PARTS, Variant, VariantSite

__all__ = ["PARTS", "VARIANTS", "Variant", "VariantSite"]
