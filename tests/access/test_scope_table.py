"""Which scopes each operation needs, written out here again and compared with the table in use."""

from typing import cast

import pytest
from fastapi import APIRouter, Response

from tams.api.app import create_app
from tams.api.scopes import SCOPES, check_table, needed
from tams.models.caller import Scope
from tams.ports import Platform
from tests.access.operations import document, operations

AS_THE_SPECIFICATION_HAS_IT = """
GET    /                                      read write delete
GET    /service                               read write delete
POST   /service
GET    /service/storage-backends              read write delete
GET    /service/webhooks                      read
POST   /service/webhooks                      write
GET    /service/webhooks/{webhookId}          read
GET    /sources                               read
GET    /sources/{sourceId}                    read
GET    /sources/{sourceId}/tags               read
GET    /sources/{sourceId}/tags/{name}        read
PUT    /sources/{sourceId}/tags/{name}        write
DELETE /sources/{sourceId}/tags/{name}        write
GET    /sources/{sourceId}/description        read
PUT    /sources/{sourceId}/description        write
DELETE /sources/{sourceId}/description        write
GET    /sources/{sourceId}/label              read
PUT    /sources/{sourceId}/label              write
DELETE /sources/{sourceId}/label              write
GET    /flows                                 read
GET    /flows/{flowId}                        read
PUT    /flows/{flowId}                        write
DELETE /flows/{flowId}                        delete
GET    /flows/{flowId}/tags                   read
GET    /flows/{flowId}/tags/{name}            read
PUT    /flows/{flowId}/tags/{name}            write
DELETE /flows/{flowId}/tags/{name}            write
GET    /flows/{flowId}/description            read
PUT    /flows/{flowId}/description            write
DELETE /flows/{flowId}/description            write
GET    /flows/{flowId}/label                  read
PUT    /flows/{flowId}/label                  write
DELETE /flows/{flowId}/label                  write
GET    /flows/{flowId}/read_only              read
PUT    /flows/{flowId}/read_only              write
GET    /flows/{flowId}/flow_collection        read
PUT    /flows/{flowId}/flow_collection        write
DELETE /flows/{flowId}/flow_collection        write
GET    /flows/{flowId}/max_bit_rate           read
PUT    /flows/{flowId}/max_bit_rate           write
DELETE /flows/{flowId}/max_bit_rate           write
GET    /flows/{flowId}/avg_bit_rate           read
PUT    /flows/{flowId}/avg_bit_rate           write
DELETE /flows/{flowId}/avg_bit_rate           write
GET    /flows/{flowId}/segments               read
POST   /flows/{flowId}/segments               write
DELETE /flows/{flowId}/segments               delete
POST   /flows/{flowId}/storage                write
GET    /objects/{objectId}                    read
POST   /objects/{objectId}/instances          write
DELETE /objects/{objectId}/instances          write
GET    /flow-delete-requests
GET    /flow-delete-requests/{requestId}      delete
"""
"""AUT-11, after the application note 0016; what has none is for admins alone."""
OTHERWISE = """
PUT    /service/webhooks/{webhookId}          write
DELETE /service/webhooks/{webhookId}          write delete
GET    /service/profiles                      read write delete
GET    /service/profiles/{profileId}          read write delete
POST   /service/profiles/{profileId}          write
"""
"""ADR 10: the note lets `read` change and delete webhooks, and leaves out Profiles (AUT-12)."""
EXTENSIONS = """
GET    /events                                read
POST   /sources                               write
PUT    /sources/{sourceId}                    write
DELETE /sources/{sourceId}                    delete
PUT    /sources/{sourceId}/tags               write
POST   /flows                                 write
PUT    /flows/{flowId}/tags                   write
POST   /objects                               write
DELETE /objects/{objectId}                    delete
DELETE /service/profiles/{profileId}          delete
POST   /flows/{flowId}/restore                delete
POST   /flows/{flowId}/segments/restore       delete
POST   /sources/{sourceId}/restore            delete
GET    /retention
GET    /recycle-bin                           delete
POST   /recycle-bin/restore                   delete
GET    /recycle-bin/summary                   delete
POST   /recycle-bin/deletions/{deletionId}/restore delete
GET    /recycle-bin/{entryId}                 delete
DELETE /recycle-bin/{entryId}                 delete
POST   /sources/batch                         write
POST   /flows/batch                           write
POST   /flows/tags/batch                      write
PUT    /flows/{flowId}/segments/tags          write
DELETE /flows/{flowId}/segments/tags          write
PUT    /flows/{flowId}/segments/tags/{name}   write
DELETE /flows/{flowId}/segments/tags/{name}   write
POST   /objects/batch                         write
GET    /collections                           read
POST   /collections                           write
GET    /collections/{collectionId}            read
PATCH  /collections/{collectionId}            write
DELETE /collections/{collectionId}            delete
GET    /collections/{collectionId}/members    read
POST   /collections/{collectionId}/members    write
GET    /collections/{collectionId}/members/{flowId} read
PUT    /collections/{collectionId}/members/{flowId} write
DELETE /collections/{collectionId}/members/{flowId} write
GET    /source-collections                    read
GET    /source-collections/{sourceId}         read
GET    /source-collections/{sourceId}/members read
GET    /source-collections/{sourceId}/members/{memberId} read
GET    /flows/{flowId}/hls.m3u8               read
GET    /flows/{flowId}/output.m3u8            read
GET    /flows/{flowId}/dash.mpd               read
GET    /sources/{sourceId}/hls.m3u8           read
GET    /sources/{sourceId}/dash.mpd           read
GET    /flows/{flowId}/coverage               read
GET    /sources/{sourceId}/coverage           read
GET    /flows/{flowId}/thumbnail              read
GET    /sources/{sourceId}/thumbnail          read
POST   /playback/tokens                       read
"""


def table() -> dict[tuple[str, str], set[str]]:
    """Scopes by method and path."""
    lines = (AS_THE_SPECIFICATION_HAS_IT + OTHERWISE + EXTENSIONS).split("\n")
    rows = [line.split() for line in lines if line]
    made = {(method, path): set(scopes) for method, path, *scopes in rows}
    assert len(made) == len(rows)
    return made


def test_AUT_11_the_api_goes_by_this_table() -> None:
    gone_by = {
        (method, path): {str(each).removeprefix("tams-api/") for each in scopes}
        for path, methods in SCOPES.items()
        for method, scopes in methods.items()
    }

    assert gone_by == table()


def test_every_operation_of_the_document_is_in_it_and_nothing_else() -> None:
    assert {(method, path) for method, path in operations() if method != "HEAD"} == set(table())


def test_HEAD_is_there_wherever_GET_is_and_takes_the_same() -> None:
    gets = {path for method, path in operations() if method == "GET"}

    assert {path for method, path in operations() if method == "HEAD"} == gets
    for path in gets:
        assert needed(path, "HEAD") == needed(path, "GET"), path


def test_the_document_says_of_each_operation_what_it_takes() -> None:
    paths = document()["paths"]
    for (method, path), scopes in table().items():
        names = " or ".join(f"tams-api/{each}" for each in sorted(scopes or {"admin"}))

        said = paths[path][method.lower()]["description"].rpartition("\n")[2]

        assert said == f"Scope: {names}.", (method, path)


def test_AUT_10_admin_is_in_no_row_because_it_suffices_everywhere() -> None:
    held = {scope for methods in SCOPES.values() for each in methods.values() for scope in each}

    assert held == {Scope.READ, Scope.WRITE, Scope.DELETE}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/flows/{flowId}/secrets"),
        ("GET", "/flows/{flow_id}"),
        ("PATCH", "/flows/{flowId}"),
        ("DELETE", "/service"),
        ("GET", "/objects/{objectId:path}/all"),
        ("GET", "/flows/"),
    ],
)
def test_a_function_with_a_route_that_is_in_no_row_does_not_start(method: str, path: str) -> None:
    router = APIRouter()
    router.add_api_route("/flows", lambda: None, methods=["GET"])
    check_table(router.routes)

    router.add_api_route(path, lambda: None, methods=[method])

    with pytest.raises(KeyError):
        create_app(router, cast(Platform, None))


def test_nor_does_one_whose_routes_came_from_another_router() -> None:
    inner, outer = APIRouter(prefix="/service"), APIRouter()
    inner.add_api_route("/keys", lambda: None, methods=["GET"])
    outer.include_router(inner)

    with pytest.raises(KeyError):
        create_app(outer, cast(Platform, None))


def test_nor_one_with_a_route_that_asks_for_no_scope_at_all() -> None:
    """Of Starlette's own, to which the dependencies of the app do not apply."""
    router = APIRouter()
    router.add_route("/service/keys", lambda _request: Response())

    with pytest.raises(KeyError):
        create_app(router, cast(Platform, None))
