"""Profiles on VAST: written once, never changed."""

import json

from tams.errors import NotFoundError
from tams.models.page_keys import decode_page_key, encode_page_key
from tams.models.paging import Page
from tams.models.profile import Profile
from tams.models.queries import ProfileQuery
from tams.repositories.changing import ChangingRows
from tams.repositories.listing import rows_by_id
from tams.repositories.predicates import equal
from tams.repositories.rows import dumps
from tams.repositories.tables import PROFILES
from tams.repositories.transaction import ROW_ID, Row, Witness
from tams.repositories.visible import VisibleTransaction
from tams.timing.microseconds import to_us
from tams.vast.where import col


class ProfileRepository:
    def __init__(self, transaction: VisibleTransaction) -> None:
        self._transaction = transaction

    def find(self, profile_id: str) -> Profile | None:
        row = rows_by_id(self._transaction, PROFILES, [profile_id]).get(profile_id)
        return _profile(row) if row else None

    def get(self, profile_id: str) -> Profile:
        """Raises NotFoundError."""
        if (profile := self.find(profile_id)) is None:
            raise NotFoundError("Profile", profile_id)
        return profile

    def add(self, profile: Profile) -> None:
        assert profile.created is not None
        row: Row = {
            "id": profile.id,
            "format": str(profile.flow_metadata.format),
            "codec": profile.flow_metadata.codec,
            "label": profile.label,
            "document": dumps(profile.to_document()),
            "created_us": to_us(profile.created),
        }
        ChangingRows(self._transaction, PROFILES).insert([row])

    def remove(self, profile_id: str) -> None:
        """Its absence is the witness. Two round trips."""
        wanted = col["id"] == profile_id
        rows = self._transaction.select(PROFILES, wanted, ["id"], with_row_id=True)
        self._transaction.delete(PROFILES, [row[ROW_ID] for row in rows])
        self._transaction.witnessed_by(Witness(PROFILES, wanted, there=False))

    def list_(self, query: ProfileQuery) -> Page[Profile]:
        """In id order (SRT-10). Two round trips."""
        predicate = equal(
            {
                "format": query.format and str(query.format),
                "codec": query.codec,
                "label": query.label,
            }
        )
        ids = sorted(row["id"] for row in self._transaction.select(PROFILES, predicate, ["id"]))
        if query.page is not None:
            (last_id,) = decode_page_key(query.page, str)
            ids = [each for each in ids if each > last_id]
        chosen = ids[: query.limit]
        rows = rows_by_id(self._transaction, PROFILES, chosen)
        next_key = encode_page_key(chosen[-1]) if len(ids) > query.limit else None
        return Page(tuple(_profile(rows[each]) for each in chosen), next_key)


def _profile(row: Row) -> Profile:
    return Profile.model_validate(json.loads(row["document"]))
