from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from conformance.model import Word
from conformance.readings import sources
from conformance.response import read_conditions
from conformance.signs import conditions
from conformance.steps import StepReader
from conformance.vocabulary import VOCABULARY
from conformance.words import Words
from conformance.yamltree import parse_text

LISTS: dict[str, Mapping[str, Word]] = {
    "verbs": VOCABULARY.verbs,
    "expectations": VOCABULARY.expectations,
    "durations": VOCABULARY.durations,
    "needs": VOCABULARY.needs,
    "changes of credentials": VOCABULARY.credential_changes,
    "changes of a token": VOCABULARY.token_changes,
    "carriers": VOCABULARY.carriers,
    "changes of a CSRF token": VOCABULARY.csrf_changes,
    "origins": VOCABULARY.origins,
    "conditions": conditions.words,
    "readings": sources.words,
}
every_list = pytest.mark.parametrize("words", LISTS.values(), ids=LISTS)


def greetings() -> Words[Callable[[], str]]:
    words: Words[Callable[[], str]] = Words("greeting")

    @words("good day", takes="user", shows=("page", "answer"), default="signed in", needs=("sun",))
    def good_day() -> str:
        """Greet by day.

        As one does.
        """
        return "day"

    @words("hello")
    @words("hi", about="page", refusal=True)
    def hello() -> str:
        """Greet at any time."""
        return "hello"

    @words("nod")
    def nod() -> str:
        return ""

    return words


def test_a_word_means_what_its_docstring_says() -> None:
    assert greetings().words["good day"] == Word(
        word="good day",
        says="Greet by day.\n\nAs one does.",
        takes="user",
        shows=frozenset({"page", "answer"}),
        default="signed in",
        needs=("sun",),
    )


def test_a_word_does_what_its_function_does() -> None:
    words = greetings()
    assert words["good day"]() == "day"
    assert words["hi"]() == words["hello"]() == "hello"


def test_two_words_of_one_function_differ_in_what_is_said_of_them() -> None:
    words = greetings().words
    assert words["hi"] == Word("hi", "Greet at any time.", about="page", refusal=True)
    assert words["hello"] == Word("hello", "Greet at any time.")


def test_a_word_without_a_docstring_says_nothing() -> None:
    assert greetings().words["nod"] == Word("nod", "")


def test_words_keep_their_order() -> None:
    assert list(greetings().words) == ["good day", "hi", "hello", "nod"]


def test_an_unknown_word_has_no_function() -> None:
    with pytest.raises(KeyError):
        greetings()["farewell"]


# --- the whole vocabulary ------------------------------------------------------------------------


@every_list
def test_every_word_is_documented_in_sentences(words: Mapping[str, Word]) -> None:
    assert words
    assert [word.word for word in words.values()] == list(words)
    assert not [word.word for word in words.values() if not word.says.endswith(".")]


def test_no_word_stands_in_two_lists_of_the_vocabulary() -> None:
    ours = [name for name in LISTS if name not in ("conditions", "readings")]
    count = Counter(word for name in ours for word in LISTS[name])
    assert not [word for word, times in count.items() if times > 1]


def test_what_a_verb_expects_by_itself_can_be_expected_of_it() -> None:
    for verb in VOCABULARY.verbs.values():
        if verb.default:
            assert VOCABULARY.expectations[verb.default].about in verb.shows, verb.word


def test_all_that_verbs_show_can_be_judged_and_the_other_way_round() -> None:
    shown = {kind for verb in VOCABULARY.verbs.values() for kind in verb.shows}
    judged = {word.about for word in VOCABULARY.expectations.values()}
    assert shown == judged | {"response"}


def test_every_implied_need_is_a_need() -> None:
    implying = (VOCABULARY.verbs, VOCABULARY.expectations, VOCABULARY.durations)
    needed = {need for words in implying for word in words.values() for need in word.needs}
    assert needed <= VOCABULARY.needs.keys()


@pytest.mark.parametrize("verb", VOCABULARY.verbs.values(), ids=VOCABULARY.verbs)
def test_the_object_of_every_verb_can_be_read(verb: Word) -> None:
    objects = {
        "nothing": "''",
        "user": "alice",
        "page": "protected page",
        "look": "session cookie",
        "duration": "half the idle timeout",
        "name": "copy",
        "names": "[copy, other]",
        "credentials": "{user: alice, change: wrong password}",
        "session": "copy",
        "request": "GET /status",
        "manner": "{from: another site, csrf token: left out}",
        "password change": "{current: wrong password}",
        "handle": "phone",
        "count": "32",
        "newcomer": "an alice with a password of 64 characters",
        "planting": "{session: copy, for: the login}",
        "logins": "{user: alice, keep as: copies}",
        "guesses": "{user: alice, disguised by: the name in changing case}",
        "subject": "{user: alice, by: this browser}",
        "steps": "[log in: alice]",
    }
    fitting = [w.word for w in VOCABULARY.expectations.values() if w.about in verb.shows]
    expect = f", expect: [{', '.join(fitting)}]" if fitting else ""
    node = parse_text(f"{{{verb.word}: {objects[verb.takes]}{expect}}}", "file.yaml")
    step = StepReader(VOCABULARY).step(node)
    assert step.verb == verb.word
    assert step.expect == tuple(fitting)


@pytest.mark.parametrize("condition", conditions.words)
def test_the_value_of_every_condition_can_be_read(condition: str) -> None:
    takes = conditions.words[condition].takes
    is_mapping = takes.startswith(("mapping", "json"))
    value, written = ({"name": "value"}, "{name: value}") if is_mapping else ("value", "value")
    node = parse_text(f"{condition}: {written}", "file.yaml")
    assert read_conditions(node, "a sign") == {condition: value}
