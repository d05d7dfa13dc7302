"""How often passwords may be tried, on the test's own clock."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tams.access.accounts import Account, AccountBook, Accounts, hash_password
from tams.access.attempts import AT_ONCE, CHECKS_AT_A_TIME, Attempts, Bucket, network_of
from tams.access.credentials import Basic
from tams.access.errors import CredentialsError, TooManyAttemptsError
from tams.models.caller import Scope
from tests.waiting import PATIENCE_SECONDS

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
RIGHT = "right"


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(clock: Clock) -> Attempts:
    return Attempts(clock=clock)


def wrong() -> bool:
    return False


def never() -> bool:
    raise AssertionError("a refused attempt must not cost a check")


def fail(attempts: Attempts, name: str, address: str, times: int = AT_ONCE) -> None:
    for _ in range(times):
        assert attempts.checked(name, address, wrong) is False


def refusal(attempts: Attempts, name: str, address: str) -> int:
    """In how many seconds to come back."""
    with pytest.raises(TooManyAttemptsError) as refused:
        attempts.checked(name, address, never)
    assert f"try again in {refused.value.retry_after_seconds} s" in str(refused.value)
    return refused.value.retry_after_seconds


def test_after_a_few_wrong_passwords_the_next_waits_without_a_check(
    attempts: Attempts, clock: Clock
) -> None:
    fail(attempts, "bob", HERE)
    seconds = refusal(attempts, "bob", HERE)
    clock.now += seconds - 1
    assert refusal(attempts, "bob", HERE) == 1

    clock.now += 1
    fail(attempts, "bob", HERE, 1)

    assert refusal(attempts, "bob", HERE) == seconds


def test_refused_attempts_do_not_prolong_the_wait(attempts: Attempts) -> None:
    fail(attempts, "bob", HERE)

    assert len({refusal(attempts, "bob", HERE) for _ in range(50)}) == 1


def test_the_account_is_open_from_another_address_and_the_address_for_another_account(
    attempts: Attempts,
) -> None:
    fail(attempts, "bob", HERE)

    assert attempts.checked("bob", ELSEWHERE, lambda: True)
    assert attempts.checked("alice", HERE, lambda: True)


def test_an_address_that_tries_many_accounts_is_refused(attempts: Attempts) -> None:
    for number in range(4 * AT_ONCE):
        fail(attempts, f"user {number}", HERE, 1)

    assert refusal(attempts, "one more", HERE) > 0


def test_a_site_that_makes_up_addresses_is_refused(attempts: Attempts) -> None:
    """Each of its /64s counts as new for the account."""
    for number in range(20 * AT_ONCE):
        fail(attempts, "bob", f"2001:db8:1:{number:x}::1", 1)

    assert refusal(attempts, "bob", "2001:db8:1:ffff::1") > 0
    assert attempts.checked("bob", "2001:db8:2::1", lambda: True)


def test_an_account_under_attack_from_everywhere_still_opens_from_an_address_that_has_not_failed(
    attempts: Attempts,
) -> None:
    for number in range(30 * AT_ONCE):
        fail(attempts, "bob", f"203.0.{number}.1", 1)

    assert refusal(attempts, "bob", "203.0.1.1") > 0
    assert attempts.checked("bob", HERE, lambda: True)


def test_right_passwords_use_nothing_up(attempts: Attempts) -> None:
    for _ in range(20 * AT_ONCE):
        assert attempts.checked("bob", HERE, lambda: True)

    fail(attempts, "bob", HERE)


def test_a_check_that_raises_counts_and_leaves_its_place_to_others(attempts: Attempts) -> None:
    def broken() -> bool:
        raise CredentialsError("of the test")

    for _ in range(AT_ONCE):
        with pytest.raises(CredentialsError):
            attempts.checked("bob", HERE, broken)

    assert refusal(attempts, "bob", HERE) > 0


def test_few_checks_run_at_a_time(attempts: Attempts) -> None:
    running, most = 0, 0
    counting = threading.Lock()
    started = threading.Barrier(CHECKS_AT_A_TIME)

    def check() -> bool:
        nonlocal running, most
        with counting:
            running += 1
            most = max(most, running)
        started.wait(PATIENCE_SECONDS)
        with counting:
            running -= 1
        return True

    with ThreadPoolExecutor(6 * CHECKS_AT_A_TIME) as pool:
        done = [
            pool.submit(attempts.checked, "bob", HERE, check) for _ in range(6 * CHECKS_AT_A_TIME)
        ]

    assert all(each.result() for each in done)
    assert most == CHECKS_AT_A_TIME


def test_memory_is_bounded() -> None:
    bucket = Bucket(at_once=5, seconds=10, kept=100)
    for number in range(1000):
        bucket.take(str(number).encode(), now=0)

    assert len(bucket) == 100
    assert not bucket.is_full(b"999", now=0)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2::", "2001:db8:1:2::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_client_is_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.fixture
def book(attempts: Attempts) -> AccountBook:
    bob = Account(name="bob", hash=hash_password(RIGHT), scopes=(Scope.READ,))
    return AccountBook(lambda: Accounts(users=(bob,)), attempts)


def outcomes(book: AccountBook, name: str, password: str, address: str, times: int) -> list[str]:
    def one() -> str:
        try:
            return book.of_user(Basic(name, password), address).name
        except (CredentialsError, TooManyAttemptsError) as error:
            return f"{type(error).__name__}: {error}"

    return [one() for _ in range(times)]


def test_a_password_that_was_right_lately_passes_while_others_are_refused(
    book: AccountBook,
) -> None:
    assert outcomes(book, "bob", RIGHT, HERE, 1) == ["bob"]
    assert "TooMany" in outcomes(book, "bob", "guess", HERE, AT_ONCE + 1)[-1]

    assert outcomes(book, "bob", RIGHT, HERE, 3) == ["bob"] * 3
    assert outcomes(book, "bob", RIGHT, ELSEWHERE, 3) == ["bob"] * 3


def test_a_right_password_that_is_not_remembered_tells_nothing_while_it_is_refused(
    book: AccountBook, clock: Clock
) -> None:
    outcomes(book, "bob", "guess", HERE, AT_ONCE)
    right, guess = (
        outcomes(book, "bob", password, HERE, 1) for password in (RIGHT, "another guess")
    )
    assert right == guess

    clock.now += 10
    assert outcomes(book, "bob", RIGHT, HERE, 1) == ["bob"]


def test_accounts_that_do_not_exist_are_refused_like_others(
    book: AccountBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the same words, at the same attempts, at the same cost."""
    checks: list[str] = []
    original: Callable[[str, str], bool] = __import__(
        "tams.access.accounts", fromlist=["_is_hash_of"]
    )._is_hash_of

    def counted(secret: str, known: str) -> bool:
        checks.append(known.partition("$")[0])
        return original(secret, known)

    monkeypatch.setattr("tams.access.accounts._is_hash_of", counted)

    known = outcomes(book, "bob", "guess", HERE, AT_ONCE + 3)
    of_known = checks.copy()
    checks.clear()
    unknown = outcomes(book, "nobody", "guess", ELSEWHERE, AT_ONCE + 3)

    assert unknown == known
    assert checks == of_known == ["scrypt"] * AT_ONCE


def test_many_requests_with_one_right_password_are_all_let_in(book: AccountBook) -> None:
    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(lambda _: outcomes(book, "bob", RIGHT, HERE, 1), range(48)))

    assert done == [["bob"]] * 48
