"""A closed list of words, each one small function with a docstring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import getdoc
from typing import Generic, TypeVar

from conformance.model import Word

Function = TypeVar("Function", bound=Callable[..., object])


class Words(Generic[Function]):
    """Words of one kind; call it to register the function below as the meaning of a word."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._words: dict[str, Word] = {}
        self._functions: dict[str, Function] = {}

    def __call__(
        self,
        word: str,
        *,
        takes: str = "nothing",
        shows: tuple[str, ...] = (),
        about: str = "",
        default: str = "",
        refusal: bool = False,
        needs: tuple[str, ...] = (),
    ) -> Callable[[Function], Function]:
        """Register a function; its docstring is what the word means (see model.Word)."""

        def register(function: Function) -> Function:
            says = getdoc(function) or ""
            self._words[word] = Word(
                word, says, takes, frozenset(shows), about, default, refusal, needs
            )
            self._functions[word] = function
            return function

        return register

    @property
    def words(self) -> Mapping[str, Word]:
        """What the words mean, in the order of their registration."""
        return self._words

    def __getitem__(self, word: str) -> Function:
        return self._functions[word]
