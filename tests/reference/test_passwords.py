import pytest

from reference_impl.passwords import Hasher, password_problem

CHEAP = "pbkdf2:sha256:1"


@pytest.fixture(scope="module")
def hasher() -> Hasher:
    return Hasher(CHEAP)


def test_a_password_verifies_against_its_own_hash_only(hasher: Hasher) -> None:
    stored = hasher.hash("correct horse")
    assert stored != hasher.hash("correct horse")
    assert hasher.verify(stored, "correct horse")
    for other in ("correct hors", "Correct horse", "correct horse ", "", "correct horse."):
        assert not hasher.verify(stored, other)


@pytest.mark.parametrize("method", [CHEAP, "scrypt:256:8:1"])
def test_a_nul_at_the_end_counts(method: str) -> None:
    hasher = Hasher(method)
    assert not hasher.verify(hasher.hash("secret"), "secret\0")
    assert not hasher.verify(hasher.hash("secret\0"), "secret")
    assert hasher.verify(hasher.hash("secret\0"), "secret\0")


def test_nobody_has_a_password(hasher: Hasher) -> None:
    assert not hasher.verify(None, "")
    assert not hasher.verify(None, "anything")


def test_nobody_costs_as_much_as_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher, checked = Hasher(CHEAP), []

    def check(stored: str, _password: str) -> bool:
        checked.append(stored.partition("$")[0])
        return True

    monkeypatch.setattr("reference_impl.passwords.check_password_hash", check)
    assert not hasher.verify(None, "x")
    assert hasher.verify("pbkdf2:sha256:1$salt$hash", "x")
    assert checked == [CHEAP, CHEAP]


def test_a_hash_of_another_method_or_cost_is_outdated(hasher: Hasher) -> None:
    assert not hasher.is_outdated(hasher.hash("x"))
    assert hasher.is_outdated(Hasher("pbkdf2:sha256:2").hash("x"))
    assert hasher.is_outdated(Hasher("scrypt:256:8:1").hash("x"))


def test_a_short_name_of_a_method_is_not_outdated_by_itself() -> None:
    hasher = Hasher("scrypt")  # a real cost, once
    assert not hasher.is_outdated(hasher.hash("x"))


@pytest.mark.parametrize(
    ("password", "allowed"),
    [("x" * 7, False), ("x" * 8, True), ("x" * 64, True), ("x" * 1024, True), ("x" * 1025, False)],
)
def test_the_length_of_a_new_password_has_bounds(password: str, allowed: bool) -> None:
    assert (password_problem(password) is None) is allowed
