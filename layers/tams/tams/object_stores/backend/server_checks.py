"""What functions do with the server's own API. Each check returns what it found, or raises NotSoError."""

from botocore.exceptions import ClientError

from tams.object_stores.backend.trial import (
    CONTENT,
    METADATA,
    TIMERANGE_HEADER,
    TYPE,
    NotSoError,
    Trial,
)
from tams.object_stores.object_keys import PREFIX


def reach(trial: Trial) -> str:
    trial.client.head_bucket(Bucket=trial.bucket.bucket)
    return trial.bucket.endpoint_url


def metadata(trial: Trial) -> str:
    found = trial.client.head_object(**trial.place)
    wanted = {METADATA: trial.headers[TIMERANGE_HEADER]}
    if {name.lower(): text for name, text in found["Metadata"].items()} != wanted:
        raise NotSoError(f"kept as {found['Metadata']}")
    if found["ContentType"] != TYPE:
        raise NotSoError(f"the Content-Type is kept as {found['ContentType']}")
    return "kept, and the Content-Type too"


def listing(trial: Trial) -> str:
    prefix = trial.key[: len(PREFIX) + 20]
    page = trial.client.list_objects_v2(Bucket=trial.bucket.bucket, Prefix=prefix)
    if trial.key not in {each["Key"] for each in page.get("Contents", ())}:
        raise NotSoError("the key is missing, or spelled differently")
    return "the key as it was written"


def copy(trial: Trial) -> str:
    trial.client.copy_object(**trial.copied_place, CopySource=trial.place)
    after = trial.client.get_object(**trial.copied_place)
    if after["Body"].read() != CONTENT:
        raise NotSoError("the copy differs from the original")
    return "inside the server, with the same bytes"


def multipart(trial: Trial) -> str:
    client, place = trial.client, trial.copied_place
    broken = client.create_multipart_upload(**place)["UploadId"]
    client.upload_part(**place, UploadId=broken, PartNumber=1, Body=b"x")
    client.abort_multipart_upload(**place, UploadId=broken)
    whole = client.create_multipart_upload(**place)["UploadId"]
    try:
        part = client.upload_part(**place, UploadId=whole, PartNumber=1, Body=CONTENT[::-1])
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        client.complete_multipart_upload(**place, UploadId=whole, MultipartUpload=parts)
    except ClientError:
        client.abort_multipart_upload(**place, UploadId=whole)
        raise
    if client.get_object(**place)["Body"].read() != CONTENT[::-1]:
        raise NotSoError("a completed upload has other bytes than its parts")
    return "started, aborted and completed"


def delete(trial: Trial) -> str:
    for _ in range(2):  # what is not there counts as deleted
        trial.client.delete_object(**trial.place)
    if (status := trial.request("GET", trial.url("GET")).status) != 404:
        raise NotSoError(f"a GET after it gets {status}, not 404")
    return "404 after it"
