"""How a server may write a secret that it repeats: as it is, or encoded for a URL, HTML or JSON."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import quote, quote_plus

_THE_SAME_EVERYWHERE = re.compile("[A-Za-z0-9_.~-]+")  # as most tokens are
_PERCENT = re.compile("%[0-9A-F]{2}")


def spellings(secret: str) -> frozenset[str]:
    """Return the secret as it is and as it stands in a URL, a page, a JSON body or a `repr`."""
    if _THE_SAME_EVERYWHERE.fullmatch(secret):
        return frozenset({secret})
    in_urls = [quote(secret), quote(secret, safe=""), quote_plus(secret)]
    texts = [
        secret,
        " ".join(secret.split()),
        *in_urls,
        *(_PERCENT.sub(lambda found: found[0].lower(), text) for text in in_urls),
        html.escape(secret),
        html.escape(secret, quote=False),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    ]
    texts += [repr(text)[1:-1] for text in texts]
    return frozenset(text for text in texts if text)
