"""Performs a profile's actions in a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urljoin

from conformance.browser import Browser
from conformance.composition import (
    Shaping,
    as_text,
    compose,
    surroundings,
    used_placeholders,
    with_query,
    without_headers,
)
from conformance.forgeries import foreign_requests
from conformance.hiddenfields import known_to_strangers, with_hidden_fields
from conformance.model import REDIRECTS, Action, ActionRequest, Exchange, Profile, Request
from conformance.origins import (
    Page,
    as_from,
    is_granted,
    needs_preflight,
    origins,
    own_page,
    preflight,
)
from conformance.readings import read, read_if_there
from conformance.recognition import Answer, answer

_SERVER_ERROR = 500
_KEPT = frozenset({307, 308})  # method and body
_MOST_REDIRECTS = 10
_SAID_BY_PAGES = frozenset({"origin", "referer"})


@dataclass(frozen=True)
class Manner:
    """How the requests of an action are sent, where not as the target's own pages would.

    `in_query` puts credentials into the query string, `origin` names the page that sends (a word
    of `origins`), and `csrf` gets the CSRF token and returns another, or None to leave it out.
    `shaping` shapes the fields of the body, `sending` changes the last request as a whole, and
    `parameters` go along with every request, in the query and in a form.
    """

    in_query: bool = False
    origin: str = ""
    csrf: Callable[[str], str | None] | None = None
    shaping: Shaping = as_text
    sending: Callable[[Request], Request] | None = None
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Performer:
    """Performs actions in one browser.

    A value of None in `values` leaves its field out of the request.
    """

    profile: Profile
    browser: Browser
    values: Mapping[str, str | None] = field(repr=False)
    manner: Manner = Manner()

    def perform(self, action: Action) -> tuple[Answer, tuple[Exchange, ...]]:
        """Send the requests of the action; return what the last response means, and all of them.

        Raises Unreachable without a response, Unrecognised when a value to be read is missing.
        """
        if self.manner.origin:
            return self._from_elsewhere(action)
        values = self._all_values()
        exchanges: list[Exchange] = []
        for request in self._requests(action):
            whole = self._with_hidden_fields(request, values, exchanges)
            composed = self._composed(whole, values)
            if self.manner.sending and request is action.requests[-1]:
                composed = self.manner.sending(composed)
            exchanges.append(self._sent(composed))
            if request.follows:
                self._follow(composed, exchanges)
            self._read(request, exchanges[-1], values)
        filled = {name: value for name, value in values.items() if value is not None}
        meant = answer(action, exchanges[-1], filled)
        if action.name == "log out" and meant == "accepted":
            self.browser.forget_token()
        return meant, tuple(exchanges)

    def _all_values(self) -> dict[str, str | None]:
        base_url = self.browser.asked_url("/").rstrip("/")
        return {**surroundings(self.profile, base_url), **self.values}

    def _with_hidden_fields(
        self,
        request: ActionRequest,
        values: Mapping[str, str | None],
        exchanges: list[Exchange],
    ) -> ActionRequest:
        """Return the request with the hidden fields of its form, which is fetched for that."""
        if request.fields_from is None:
            return request
        exchanges.append(self.browser.send(compose(request.fields_from.page, values)))
        return with_hidden_fields(request, exchanges[-1])

    def _sent(self, request: Request) -> Exchange:
        """Send a request as a page of the target's own does."""
        if not self.profile.names_page:
            return self.browser.send(request)
        return self.browser.send(as_from(own_page(self.browser.asked_url("/")), request))

    def _follow(self, request: Request, exchanges: list[Exchange]) -> None:
        """Follow redirects as a browser does, but to no other server."""
        for _ in range(_MOST_REDIRECTS):
            last = exchanges[-1]
            url = urljoin(last.url, last.header("Location") or "")
            if last.status not in REDIRECTS or not self.browser.is_at_home(url):
                return
            kept = last.status in _KEPT
            request = replace(request, target=url) if kept else Request("GET", url)
            exchanges.append(self._sent(request))

    def _read(
        self, request: ActionRequest, exchange: Exchange, values: dict[str, str | None]
    ) -> None:
        """Add to the values what the profile reads in the answer."""
        for reading in request.readings:
            value = (read_if_there if reading.optional else read)(reading, exchange)
            if value is not None and reading.name == "csrf" and self.manner.csrf:
                value = self.manner.csrf(value)
            values[reading.name] = value

    def _composed(self, request: ActionRequest, values: Mapping[str, str | None]) -> Request:
        manner = self.manner
        composed = compose(request, values, in_query=manner.in_query, shaping=manner.shaping)
        if not manner.parameters:
            return composed
        target = with_query(composed.target, dict(manner.parameters))
        more = [
            (name, text) for name, text in manner.parameters if name not in (request.form or {})
        ]
        body = composed.body + b"&" + urlencode(more).encode() if request.form else composed.body
        return replace(composed, target=target, body=body)

    def _requests(self, action: Action) -> Sequence[ActionRequest]:
        if self.profile.csrf is None:
            return action.requests
        uses_csrf = any("csrf" in used_placeholders(request) for request in action.requests)
        return [self.profile.csrf, *action.requests] if uses_csrf else action.requests

    def _from_elsewhere(self, action: Action) -> tuple[Answer, tuple[Exchange, ...]]:
        """Send the last request as a foreign page can, which knows nothing that is read first.

        It is tried in every shape, as a refusal may look like a success to whom nobody asked.
        Whatever is not the sign of success is a refusal, as a foreign page may be told so in any
        way; only a server error is not.
        """
        page = origins[self.manner.origin](self.browser.asked_url("/"))
        request = self._as_strangers_know(action.requests[-1])
        values: dict[str, str | None] = dict.fromkeys(used_placeholders(request), None)
        filled = {name: value for name, value in self.values.items() if value is not None}
        exchanges: list[Exchange] = []
        meant: list[Answer] = []
        composed = without_headers(compose(request, values | self._all_values()), _SAID_BY_PAGES)
        for one in foreign_requests(composed, page):
            if self._asked_and_refused(page, one, exchanges):
                continue
            said = page.headers(one.method, "cors" if needs_preflight(one) else "navigate")
            forged = replace(one, headers=(*one.headers, *said))
            exchanges.append(self.browser.send(forged, own_page=False))
            meant.append(answer(action, exchanges[-1], filled))
            if exchanges[-1].status >= _SERVER_ERROR:
                return meant[-1], tuple(exchanges)
        return "accepted" if "accepted" in meant else "refused", tuple(exchanges)

    def _as_strangers_know(self, request: ActionRequest) -> ActionRequest:
        """Return the request with those hidden fields that the target shows everybody alike."""
        if request.fields_from is None:
            return request
        page = compose(request.fields_from.page, self._all_values())
        looks = [self.browser.send(page, cookies=()) for _ in range(2)]
        return known_to_strangers(request, looks)

    def _asked_and_refused(self, page: Page, request: Request, exchanges: list[Exchange]) -> bool:
        """Ask by a preflight, where browsers do, and tell whether the request must not go."""
        if not needs_preflight(request):
            return False
        exchanges.append(self.browser.send(preflight(request, page), cookies=()))
        return not is_granted(request, page, exchanges[-1])
