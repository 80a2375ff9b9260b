"""Packages the programs as Terraform takes them, and makes the bucket for its state.

    python infrastructure/local/cloud/package.py STAGED ARTIFACTS BUCKET

Each function below STAGED becomes ARTIFACTS/NAME/bootstrap.zip, the layer
ARTIFACTS/ffmpeg-layer.zip. An unchanged one is not packed again.
"""

import os
import sys
from pathlib import Path

import botocore.exceptions
import botocore.session

from deploy import zipped


def main():
    """Pack, and make the bucket."""
    staged, artifacts, bucket = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    artifacts.mkdir(parents=True, exist_ok=True)
    for bootstrap in sorted((staged / "target/lambda").glob("*/bootstrap")):
        place(zipped(bootstrap.parent, artifacts), artifacts / bootstrap.parent.name / "bootstrap.zip")
    place(zipped(staged / "infrastructure/ffmpeg/layer", artifacts), artifacts / "ffmpeg-layer.zip")
    s3 = botocore.session.get_session().create_client("s3")
    try:
        s3.create_bucket(Bucket=bucket)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise


def place(archive, path):
    """The archive at a path of its function's name."""
    path.parent.mkdir(exist_ok=True)
    link = path.with_suffix(".part")
    link.unlink(missing_ok=True)
    os.link(archive, link)
    link.replace(path)


if __name__ == "__main__":
    main()
