"""Puts a built site into its bucket.

    python infrastructure/local/cloud/publish.py FOLDER BUCKET

Files below `static/` have a digest in their names and are kept by browsers; all others are
asked for anew each time. The first page comes last, when everything that it names is there.
"""

import mimetypes
import sys
from pathlib import Path

import botocore.session

FIRST_PAGE = "index.html"
FOR_EVER = "public, max-age=31536000, immutable"


def main():
    """Upload everything, then remove what is there no more."""
    folder, bucket = Path(sys.argv[1]), sys.argv[2]
    s3 = botocore.session.get_session().create_client("s3")
    keys = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    for key in sorted(keys, key=lambda key: (key == FIRST_PAGE, key)):
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=keys[key].read_bytes(),
            ContentType=mimetypes.guess_type(key)[0] or "application/octet-stream",
            CacheControl=FOR_EVER if key.startswith("static/") else "no-cache",
        )
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            if found["Key"] not in keys:
                s3.delete_object(Bucket=bucket, Key=found["Key"])


if __name__ == "__main__":
    main()
