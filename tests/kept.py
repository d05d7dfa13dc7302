"""Runs of the tests with a recycle bin: `TAMS_TEST_KEPT_SECONDS=604800`. `make soak` does one too.

With a bin, a Flow is deleted at once whatever its length, and bytes stay. Such a run leaves out the tests of
what a deletion destroys, and of the requests that long ones become.
"""

import os

KEPT_SECONDS = os.environ.get("TAMS_TEST_KEPT_SECONDS", "0")

WHY_NOT = "with a recycle bin, nothing is destroyed at once"

OF_LISTINGS = {
    "test_PAG_10_nothing_is_told_twice_or_left_out",
    "test_PAG_1_a_limit_and_a_page_are_understood_everywhere",
    "test_PAG_2_a_link_leads_to_the_next_page_and_nowhere_else",
    "test_PAG_3_the_last_page_has_no_link",
    "test_PAG_4_the_limit_in_force_is_told",
    "test_PAG_6_the_next_key_and_the_link_lead_to_the_same_page",
    "test_PAG_7_the_count_is_that_of_this_page",
    "test_PAG_8_the_order_is_told_where_it_can_be_reversed",
    "test_requests_follows_every_listing_to_its_end",
}
"""Of these, the part about deletion requests, which their example makes of a long Flow."""

OF_DESTRUCTION = {
    "test_AUT_13_nobody_sees_or_changes_what_is_not_of_their_classes",
    "test_DEL_11_clients_make_no_requests",
    "test_DEL_13_a_deletion_request_is_for_those_who_may_delete_its_flow",
    "test_DEL_1_requests_are_listed_sorted_and_paged",
    "test_DEL_2_a_request_that_exists_is_listed",
    "test_DEL_3_an_unknown_request_is_404",
    "test_DEL_7_delete_flow_tells_a_flow_from_segments",
    "test_DEL_8_what_was_asked_stays_and_what_remains_shrinks",
    "test_EVT_6_a_deleted_flow_is_told_of_by_its_id",
    "test_FLW_52_a_large_flow_is_deleted_by_a_request",
    "test_FLW_52_the_flow_is_gone_at_once_and_its_id_free_again_in_the_end",
    "test_FLW_53_a_deletion_in_the_background_spares_what_another_flow_uses",
    "test_FLW_55_a_deletion_is_told_of_when_it_is_done_or_begun",
    "test_GEN_13_dates_are_whole_seconds_of_utc",
    "test_INI_12_the_bytes_of_an_init_object_go_with_the_last_media_that_needs_them",
    "test_OBJ_28_a_copy_of_an_object_that_goes_leaves_no_bytes",
    "test_OBJ_29_an_object_lives_while_any_segment_or_object_needs_it",
    "test_OBJ_30_bytes_go_when_the_last_segment_does",
    "test_OBJ_31_an_init_object_goes_with_the_last_media_that_needs_it",
    "test_OBJ_33_an_object_that_is_gone_is_not_found",
    "test_OBJ_34_the_id_of_an_object_that_is_gone_may_be_asked_for_again",
    "test_SRT_3_deletion_requests_are_sorted_by_creation_or_expiry",
    "test_a_collection_with_much_media_is_deleted_in_the_background",
    "test_a_deletion_that_takes_long_is_202",
    "test_a_profile_goes_once_no_flow_uses_it",
    "test_an_object_goes_with_the_segments_that_use_it",
    "test_segments_of_a_flow_that_is_being_deleted_are_in_no_event",
    "test_the_location_of_a_deletion_request_is_absolute",
}


def is_left_out(name: str) -> bool:
    """By the name of a test, with its parameters."""
    function, _, parameters = name.partition("[")
    if function in OF_DESTRUCTION or "no recycle bin" in parameters:
        return True
    return function in OF_LISTINGS and "flow-delete-requests" in parameters
