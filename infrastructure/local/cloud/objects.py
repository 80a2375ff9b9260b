"""S3: the condition of a copy on its target, which the emulator does not look at."""

from ministack.services import s3


def apply():
    """Hold CopyObject's If-Match and If-None-Match to the target."""
    copy = s3._copy_object

    def copy_on_condition(bucket_name, dest_key, headers):
        bucket = s3._ensure_bucket(bucket_name)
        existing = bucket["objects"].get(dest_key) if bucket else None
        refused = s3._check_put_preconditions(headers, existing)
        return refused or copy(bucket_name, dest_key, headers)

    s3._copy_object = copy_on_condition
