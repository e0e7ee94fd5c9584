#!/usr/bin/python3 -I
"""upload-object FILE KEY: puts a file into the bucket of the cluster, in parts where it is large.

S3 takes 5 GiB in one request. Each part carries its SHA-256 and is tried again by itself; the
object appears whole or not at all, and parts of an upload that failed are removed.
"""

from __future__ import annotations

import base64
import os
import re
import sys
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from aws_client import AwsError, Machine, Piece, Service  # noqa: E402

# S3 takes 10,000 parts of 5 MiB to 5 GiB: enough for 2.4 TiB.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
PART_BYTES = 256 << 20


def object_url(service: Service, machine: Machine, key: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._/-]+", key) or ".." in key.split("/"):
        raise ValueError(f"key: got {key!r}, expected letters, digits, '.', '_' and '-' in folders")
    bucket = machine.facts["HC_BUCKET"]
    if machine.endpoint("s3"):
        return f"{service.url}/{bucket}/{key}"
    return f"{service.url.replace('https://', f'https://{bucket}.', 1)}/{key}"


def encoded(checksum: bytes) -> str:
    return base64.b64encode(checksum).decode()


def put_whole(service: Service, url: str, piece: Piece) -> None:
    service.send("PutObject", "PUT", url, {"x-amz-checksum-sha256": encoded(piece.sha256())}, piece)


def put_parts(service: Service, url: str, pieces: list[Piece]) -> None:
    """A multipart upload. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html"""
    begun = service.send(
        "CreateMultipartUpload", "POST", f"{url}?uploads=", {"x-amz-checksum-algorithm": "SHA256"}
    )
    found = re.search(rb"<UploadId>([^<]+)</UploadId>", begun.body)
    if not found:
        raise AwsError("CreateMultipartUpload", "an answer without an upload id")
    upload = urllib.parse.quote(found[1].decode(), safe="-_.~")
    try:
        parts = ""
        for number, piece in enumerate(pieces, 1):
            checksum = encoded(piece.sha256())
            answer = service.send(
                f"UploadPart {number} of {len(pieces)}",
                "PUT",
                f"{url}?partNumber={number}&uploadId={upload}",
                {"x-amz-checksum-sha256": checksum},
                piece,
            )
            tag = next(
                (value for name, value in answer.headers.items() if name.lower() == "etag"), ""
            )
            parts += (
                f"<Part><ChecksumSHA256>{checksum}</ChecksumSHA256><ETag>{tag}</ETag>"
                f"<PartNumber>{number}</PartNumber></Part>"
            )
        document = (
            '<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"{parts}</CompleteMultipartUpload>"
        )
        done = service.send(
            "CompleteMultipartUpload",
            "POST",
            f"{url}?uploadId={upload}",
            {"content-type": "application/xml"},
            document.encode(),
        )
        # S3 may answer 200 first and put the error into the document.
        if b"<Error>" in done.body:
            raise AwsError("CompleteMultipartUpload", "HTTP 200 with an error in it")
    except AwsError:
        abort(service, url, upload)
        raise


def abort(service: Service, url: str, upload: str) -> None:
    """Frees what the parts take. What fails here is left to the bucket's lifecycle."""
    try:
        service.send("AbortMultipartUpload", "DELETE", f"{url}?uploadId={upload}", {})
    except AwsError as error:
        print(f"upload-object: {error}", file=sys.stderr)


def main(path: str, key: str) -> None:
    machine = Machine()
    service = Service(machine, "s3", timeout=120)
    url = object_url(service, machine, key)
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        if size <= PART_BYTES:
            put_whole(service, url, Piece(file, 0, size))
            return
        put_parts(
            service,
            url,
            [
                Piece(file, start, min(PART_BYTES, size - start))
                for start in range(0, size, PART_BYTES)
            ],
        )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: upload-object FILE KEY")
    try:
        main(sys.argv[1], sys.argv[2])
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"upload-object: error: s3: {error}")
