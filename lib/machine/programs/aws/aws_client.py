"""AWS for the programs of a machine: instance metadata, signed requests and when to try them again.

Standard library only. Credentials are those of the machine's role; no message of an error holds an
answer of a service, because it may quote the request with its session token.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import http.client
import json
import os
import random
import re
import shlex
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

ROOT = os.environ.get("HC_ROOT", "")
CHUNK_BYTES = 1 << 20

# A request is tried this often, with random pauses that grow to the longest.
# https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
TRIES = 8
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 20.0

# Answers that a later try may cure, beside HTTP 429 and 5xx; many of them come as HTTP 400.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
TRANSIENT = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class AwsError(OSError):
    """A request that failed.

    `code` is the service's name of the error, or empty; `transient` whether another try may help.
    """

    def __init__(self, what: str, got: str, code: str = "", transient: bool = False) -> None:
        super().__init__(f"{what}: got {got}, expected HTTP 200")
        self.code, self.transient = code, transient


@dataclass(frozen=True)
class Credentials:
    """Of the machine's role; `expires` in seconds since 1970."""

    key_id: str
    secret: str
    token: str
    expires: float


@dataclass(frozen=True)
class Answer:
    """Of a service, whole."""

    headers: Mapping[str, str]
    body: bytes


class Piece:
    """A part of a file that can be sent, and sent again."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self.file, self.start, self.size = file, start, size
        self.rewind()

    def rewind(self) -> None:
        self.file.seek(self.start)
        self.left = self.size

    def read(self, count: int = -1) -> bytes:
        content = self.file.read(self.left if count < 0 else min(count, self.left))
        self.left -= len(content)
        return content

    def sha256(self) -> bytes:
        self.rewind()
        checksum = hashlib.sha256()
        while chunk := self.read(CHUNK_BYTES):
            checksum.update(chunk)
        self.rewind()
        return checksum.digest()


class Machine:
    """Facts of this machine from `machine.env`, and what its metadata service tells."""

    def __init__(self) -> None:
        with open(f"{ROOT}/etc/hardened-cluster/machine.env", encoding="utf-8") as file:
            self.facts = read_facts(file.read())
        self.region, self.name, self.cluster = (
            self.facts[key] for key in ("HC_REGION", "HC_MACHINE", "HC_CLUSTER")
        )
        self.kept: Credentials | None = None
        # Set by whoever needs it: it takes the metadata service.
        self.instance: str | None = None

    def endpoint(self, service: str) -> str | None:
        """Another address for a service; None on a real machine."""
        key = f"HC_ENDPOINT_{service.upper()}"
        return os.environ.get(key) or self.facts.get(key) or None

    def metadata(self, path: str) -> str:
        """Instance metadata by IMDSv2. Raises AwsError."""
        base = self.endpoint("imds") or "http://169.254.169.254"
        ask = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
        what = "instance metadata"
        token = retry(lambda: exchange(what, "PUT", f"{base}/latest/api/token", ask, None, 10))
        have = {"X-aws-ec2-metadata-token": token.body.decode()}
        return retry(
            lambda: exchange(what, "GET", f"{base}/latest/{path}", have, None, 10)
        ).body.decode()

    def credentials(self) -> Credentials:
        if self.kept is None or time.time() > self.kept.expires - 300:
            path = "meta-data/iam/security-credentials/"
            found = json.loads(self.metadata(path + self.metadata(path).strip()))
            self.kept = Credentials(
                found["AccessKeyId"],
                found["SecretAccessKey"],
                found["Token"],
                read_time(found.get("Expiration")),
            )
        return self.kept


def read_facts(text: str) -> dict[str, str]:
    """The assignments of a file that shells source."""
    words = shlex.split(text, comments=True)
    return dict(word.split("=", 1) for word in words if "=" in word)


def read_time(text: str | None) -> float:
    """Seconds since 1970 of such as `2026-11-26T12:00:00Z`; without one, in ten minutes."""
    if text is None:
        return time.time() + 600
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    return moment.replace(tzinfo=datetime.UTC).timestamp()


def dns_suffix(region: str) -> str:
    """Domain of the partition that a region belongs to."""
    for prefix, suffix in (("cn-", "amazonaws.com.cn"), ("eusc-", "amazonaws.eu")):
        if region.startswith(prefix):
            return suffix
    return "amazonaws.com"


def error_code(body: bytes) -> str:
    """The service's name of an error, from JSON or XML; empty where there is none."""
    found = re.search(rb'<Code>(\w+)</Code>|"__type"\s*:\s*"(?:[\w.]*#)?(\w+)"', body)
    return (found[1] or found[2]).decode() if found else ""


def is_transient(status: int, code: str) -> bool:
    return status == 429 or status >= 500 or code in TRANSIENT


def retry(call: Callable[[], Answer], tries: int = TRIES) -> Answer:
    """The answer of the first try that succeeds. Raises the AwsError of the last."""
    for attempt in range(1, tries):
        try:
            return call()
        except AwsError as error:
            if not error.transient:
                raise
        longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)
        time.sleep(random.uniform(0, longest))
    return call()


def exchange(
    what: str,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | Piece | None,
    timeout: float,
) -> Answer:
    """One request and its whole answer. Raises AwsError."""
    if isinstance(body, Piece):
        body.rewind()
    request = urllib.request.Request(  # noqa: S310 # addresses are our own
        url,
        data=body,
        method=method,
        headers=dict(headers),
    )
    try:
        with opener.open(request, timeout=timeout) as answer:
            return Answer(dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        code = error_code(read_some(error))
        raise AwsError(
            what, f"HTTP {error.code} {code}".rstrip(), code, is_transient(error.code, code)
        ) from None
    except (OSError, http.client.HTTPException) as error:
        got = f"no whole answer ({type(error).__name__})"
        raise AwsError(what, got, transient=True) from None


def read_some(error: urllib.error.HTTPError) -> bytes:
    try:
        return error.read(65536)
    except (OSError, http.client.HTTPException):
        return b""


class Service:
    """Signed requests to one service."""

    def __init__(
        self, machine: Machine, name: str, timeout: float = 60, tries: int = TRIES
    ) -> None:
        self.machine, self.name, self.timeout, self.tries = machine, name, timeout, tries
        self.url = machine.endpoint(name) or (
            f"https://{name}.{machine.region}.{dns_suffix(machine.region)}"
        )

    def json(self, target: str, document: object) -> dict[str, object]:
        """A call of the JSON protocol 1.1. Raises AwsError."""
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
        what = target.rpartition(".")[2]
        answer = self.send(what, "POST", f"{self.url}/", headers, json.dumps(document).encode())
        found = json.loads(answer.body or b"{}")
        if not isinstance(found, dict):
            raise AwsError(what, "an unexpected answer")
        return found

    def send(
        self,
        what: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Piece = b"",
    ) -> Answer:
        """A signed request; credentials that have just ended are fetched again. Raises AwsError."""
        digest = body.sha256() if isinstance(body, Piece) else hashlib.sha256(body).digest()
        length = {"content-length": str(body.size if isinstance(body, Piece) else len(body))}

        def attempt() -> Answer:
            # Signed again for each try: a signature is old after minutes.
            signed = self.sign(method, url, headers, digest.hex())
            return exchange(what, method, url, signed | length, body, self.timeout)

        try:
            return retry(attempt, self.tries)
        except AwsError as error:
            if error.code not in EXPIRED:
                raise
            self.machine.kept = None
            return retry(attempt, self.tries)

    def sign(
        self, method: str, url: str, headers: Mapping[str, str], digest: str
    ) -> dict[str, str]:
        """Signature version 4.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
        """
        credentials = self.machine.credentials()
        moment = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        address = urllib.parse.urlsplit(url)
        all_headers = {
            **{name.lower(): value for name, value in headers.items()},
            "host": address.netloc,
            "x-amz-content-sha256": digest,
            "x-amz-date": moment,
            "x-amz-security-token": credentials.token,
        }
        names = ";".join(sorted(all_headers))
        lines = "".join(f"{name}:{all_headers[name].strip()}\n" for name in sorted(all_headers))
        pairs = urllib.parse.parse_qsl(address.query, keep_blank_values=True)
        query = "&".join(sorted(f"{quote(key)}={quote(value)}" for key, value in pairs))
        canonical = f"{method}\n{address.path or '/'}\n{query}\n{lines}\n{names}\n{digest}"
        scope = f"{moment[:8]}/{self.machine.region}/{self.name}/aws4_request"
        text = (
            f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        )
        key = ("AWS4" + credentials.secret).encode()
        for part in [*scope.split("/"), text]:
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return all_headers | {
            "authorization": f"AWS4-HMAC-SHA256 Credential={credentials.key_id}/{scope}, "
            f"SignedHeaders={names}, Signature={key.hex()}"
        }


def quote(text: str) -> str:
    return urllib.parse.quote(text, safe="-_.~")
