"""Who may do what with a resource, and which classes a new one gets (AUT-13…24, ERR-6)."""

from typing import Any

import pytest

from tams.errors import ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE, Caller, Permission, Scope
from tams.services.access.permissions import check, check_move, tags_of_new, tags_of_replaced

ALL = frozenset(Scope)


def holding(**classes: str) -> Caller:
    """A caller who may, for each permission, do that with the classes named."""
    return Caller(
        "alice",
        ALL,
        {each: frozenset(classes.get(each, "").split()) for each in Permission},
    )


def test_a_caller_without_classes_may_do_everything() -> None:
    for permission in Permission:
        check(EVERYONE, permission, "Flow", "f", ["news"])
        check(Caller.background("sweeper"), permission, "Flow", "f", [])


def test_what_a_caller_may_do_nothing_with_does_not_exist() -> None:
    with pytest.raises(NotFoundError):
        check(holding(read="sport", write="sport"), Permission.READ, "Flow", "f", ["news"])
    with pytest.raises(NotFoundError):
        check(holding(read="sport"), Permission.READ, "Flow", "f", [])


@pytest.mark.parametrize(
    ("held", "wanted", "verb"),
    [
        (holding(read="news"), Permission.WRITE, "modify"),
        (holding(read="news", write="news"), Permission.DELETE, "modify"),
        (holding(write="news"), Permission.READ, "read"),
    ],
)
def test_what_is_not_permitted_is_forbidden_in_the_specifications_words(
    held: Caller, wanted: Permission, verb: str
) -> None:
    with pytest.raises(ForbiddenError, match=f"You do not have permission to {verb} this Flow"):
        check(held, wanted, "Flow", "f", ["news", "sport"])


@pytest.mark.parametrize(
    ("held", "given", "inherited", "classes"),
    [
        ("news", {}, (), ["news"]),
        ("news sport", {}, ("sport",), ["sport"]),
        ("news sport", {}, ("news", "drama", "sport"), ["news", "sport"]),
        ("news", {}, ("drama",), ["news"]),
        ("news sport", {"auth_classes": ["sport"]}, ("news",), ["sport"]),
    ],
)
def test_a_new_resource_gets_classes_that_its_creator_may_write(
    held: str, given: dict[str, Any], inherited: tuple[str, ...], classes: list[str]
) -> None:
    tags = tags_of_new(holding(write=held), {"genre": "quiz", **given}, inherited)

    assert tags == {"genre": "quiz", "auth_classes": classes}


def test_without_classes_a_new_resource_keeps_the_tags_it_was_given() -> None:
    assert tags_of_new(EVERYONE, None) == {}
    assert tags_of_new(EVERYONE, {"auth_classes": ["any"]}) == {"auth_classes": ["any"]}


def test_a_creator_of_several_classes_must_choose() -> None:
    with pytest.raises(InvalidRequestError, match="auth_classes must name at least one"):
        tags_of_new(holding(write="news sport"), {})


@pytest.mark.parametrize("given", [["drama"], ["news", "drama"], []])
def test_nobody_gives_a_class_that_they_may_not_write(given: list[str]) -> None:
    with pytest.raises(ForbiddenError, match="classes that you may write"):
        tags_of_new(holding(write="news"), {"auth_classes": given})


def test_classes_are_not_lost_by_leaving_them_out() -> None:
    old = {"auth_classes": ["news"], "genre": "quiz"}

    assert tags_of_replaced(holding(write="news"), old, {}) == {"auth_classes": ["news"]}
    assert tags_of_replaced(EVERYONE, old, {}) == {}


def test_a_move_takes_every_permission_in_all_classes_that_change() -> None:
    both = dict.fromkeys(Permission, "news sport")
    check_move(holding(**both), ["news"], ["sport"])
    check_move(holding(read="news"), ["news"], ["news"])

    for missing in Permission:
        held = holding(**both | {missing: "news"})
        with pytest.raises(ForbiddenError):
            check_move(held, ["news"], ["news", "sport"])
    with pytest.raises(ForbiddenError):
        check_move(holding(**both), ["news"], [])
