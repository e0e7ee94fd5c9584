#!/usr/bin/python3 -I
"""Ships the journal, audit logs and recorded sessions to CloudWatch Logs.

What was accepted is remembered, so that nothing is lost by a restart or an outage of the service;
after a crash the last batch may arrive twice. Credentials come from the machine's own role.
"""
import datetime
import glob
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = os.environ.get("HC_ROOT", "")
STATE = os.environ.get("STATE_DIRECTORY") or ROOT + "/var/lib/hardened-cluster-logs"
CONFIG = ROOT + "/etc/hardened-cluster/ship-logs.json"
IMDS = os.environ.get("HC_ENDPOINT_IMDS", "http://169.254.169.254")

# Limits of PutLogEvents, each a little lower than what the service takes.
BATCH_BYTES = 1_000_000
BATCH_EVENTS = 9_000
EVENT_BYTES = 240_000
EVENT_OVERHEAD_BYTES = 26
BATCH_MILLISECONDS = 23 * 3600 * 1000
OLDEST_MILLISECONDS = 13 * 24 * 3600 * 1000

JOURNAL_FIELDS = {
    "MESSAGE": "message",
    "PRIORITY": "priority",
    "SYSLOG_IDENTIFIER": "identifier",
    "_AUDIT_LOGINUID": "loginUid",
    "_COMM": "command",
    "_PID": "pid",
    "_SYSTEMD_UNIT": "unit",
    "_TRANSPORT": "transport",
    "_UID": "uid",
}

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def log(text):
    print(text, file=sys.stderr, flush=True)


class Machine:
    """Facts and credentials of this machine, from its metadata."""

    def __init__(self):
        with open(ROOT + "/etc/hardened-cluster/machine.env", encoding="ascii") as file:
            facts = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
        self.region, self.name, self.cluster = (
            facts[key] for key in ("HC_REGION", "HC_MACHINE", "HC_CLUSTER")
        )
        self.credentials, self.expires = None, 0.0
        self.instance = self.metadata("meta-data/instance-id")

    def metadata(self, path):
        ask = urllib.request.Request(
            f"{IMDS}/latest/api/token",
            method="PUT",
            headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"},
        )
        with opener.open(ask, timeout=10) as answer:
            token = answer.read().decode()
        get = urllib.request.Request(
            f"{IMDS}/latest/{path}", headers={"X-aws-ec2-metadata-token": token}
        )
        with opener.open(get, timeout=10) as answer:
            return answer.read().decode()

    def current_credentials(self):
        if time.time() > self.expires - 300:
            path = "meta-data/iam/security-credentials/"
            found = json.loads(self.metadata(path + self.metadata(path).strip()))
            self.credentials = found["AccessKeyId"], found["SecretAccessKey"], found["Token"]
            end = datetime.datetime.strptime(found["Expiration"], "%Y-%m-%dT%H:%M:%SZ")
            self.expires = end.replace(tzinfo=datetime.timezone.utc).timestamp()
        return self.credentials


class Service:
    """CloudWatch Logs, by signed requests."""

    def __init__(self, machine):
        self.machine = machine
        domain = "amazonaws.com.cn" if machine.region.startswith("cn-") else "amazonaws.com"
        self.url = os.environ.get("HC_ENDPOINT_LOGS", f"https://logs.{machine.region}.{domain}")
        self.streams = set()

    def call(self, action, document):
        body = json.dumps(document).encode()
        request = urllib.request.Request(
            self.url + "/", data=body, method="POST", headers=self.sign(action, body)
        )
        try:
            with opener.open(request, timeout=60) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            # The answer may quote the request: only the name of the error is shown.
            try:
                kind = json.loads(error.read()).get("__type", "").rpartition("#")[2]
            except (ValueError, AttributeError):
                kind = ""
            raise OSError(f"{action}: got HTTP {error.code} {kind}, expected HTTP 200") from None

    def sign(self, action, body):
        key_id, secret, token = self.machine.current_credentials()
        moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "host": self.url.split("://", 1)[1],
            "x-amz-date": moment,
            "x-amz-security-token": token,
            "x-amz-target": f"Logs_20140328.{action}",
        }
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{moment[:8]}/{self.machine.region}/logs/aws4_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        key = ("AWS4" + secret).encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        return headers | {
            "authorization": f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        }

    def put(self, group, stream, events):
        if (group, stream) not in self.streams:
            try:
                self.call("CreateLogStream", {"logGroupName": group, "logStreamName": stream})
            except OSError as error:
                if "ResourceAlreadyExistsException" not in str(error):
                    raise
            self.streams.add((group, stream))
        answer = self.call(
            "PutLogEvents", {"logGroupName": group, "logStreamName": stream, "logEvents": events}
        )
        if answer.get("rejectedLogEventsInfo"):
            log(f"error: {group} {stream}: got rejected events, expected all accepted")


def split(text):
    """Pieces that an event can hold; cut between characters."""
    content = text.encode("utf-8", "backslashreplace")
    while len(content) > EVENT_BYTES:
        piece = content[:EVENT_BYTES].decode("utf-8", "ignore")
        yield piece
        content = content[len(piece.encode()):]
    yield content.decode()


class Batch:
    """Events that one request can take, in the order of their time."""

    def __init__(self):
        self.events, self.size = [], 0

    def takes(self, moment, pieces):
        size = sum(len(piece.encode()) + EVENT_OVERHEAD_BYTES for piece in pieces)
        return not self.events or (
            self.size + size <= BATCH_BYTES
            and len(self.events) + len(pieces) <= BATCH_EVENTS
            and moment - self.events[0]["timestamp"] < BATCH_MILLISECONDS
        )

    def add(self, moment, pieces):
        # The service wants times that never go back; clocks may.
        if self.events:
            moment = max(moment, self.events[-1]["timestamp"])
        for piece in pieces:
            self.events.append({"timestamp": moment, "message": piece})
            self.size += len(piece.encode()) + EVENT_OVERHEAD_BYTES


def load_state(name):
    try:
        with open(f"{STATE}/{name}.json", encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def save_state(name, state):
    with open(f"{STATE}/{name}.json.new", "w", encoding="utf-8") as file:
        json.dump(state, file, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    os.replace(f"{STATE}/{name}.json.new", f"{STATE}/{name}.json")


def now():
    return int(time.time() * 1000)


def journal_text(value):
    return bytes(value).decode("utf-8", "backslashreplace") if isinstance(value, list) else value


def ship_journal(service, source):
    """Sends one batch of the journal; True when there may be more."""
    state = load_state("journal")
    # The oldest part of an unshipped journal is beyond what the service takes.
    start = f"--after-cursor={state['cursor']}" if "cursor" in state else "--since=-13d"
    command = ["journalctl", "--output=json", "--no-pager", start]
    batch, cursor, more = Batch(), None, False
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        for line in process.stdout:
            entry = json.loads(line)
            moment = int(entry["__REALTIME_TIMESTAMP"]) // 1000
            document = {
                name: journal_text(entry[field])
                for field, name in JOURNAL_FIELDS.items()
                if entry.get(field) is not None
            }
            pieces = list(split(json.dumps(document, sort_keys=True, ensure_ascii=False)))
            if not batch.takes(moment, pieces):
                more = True
                process.terminate()
                break
            if moment > now() - OLDEST_MILLISECONDS:
                batch.add(moment, pieces)
            cursor = entry["__CURSOR"]
    if cursor is None:
        return False
    if batch.events:
        service.put(source["group"], stream_of(service, "journal"), batch.events)
    save_state("journal", {"cursor": cursor})
    return more


def ship_files(service, source):
    """Sends one batch of each file of a pattern, whatever its name has become since."""
    state, seen, more = load_state(source["name"]), {}, False
    for path in sorted(glob.glob(ROOT + source["pattern"])):
        try:
            file = open(path, "rb")
        except FileNotFoundError:
            continue
        with file:
            status = os.fstat(file.fileno())
            key = str(status.st_ino)
            offset = state.get(key, 0)
            if offset > status.st_size:
                offset = 0
            file.seek(offset)
            batch = Batch()
            while line := file.readline():
                if not line.endswith(b"\n"):
                    break
                pieces = list(split(line.rstrip(b"\n").decode("utf-8", "backslashreplace")))
                if not batch.takes(now(), pieces):
                    more = True
                    break
                offset = file.tell()
                if pieces != [""]:
                    batch.add(now(), pieces)
            if batch.events:
                stem = os.path.basename(path) if source["streamPerFile"] else source["name"]
                service.put(source["group"], stream_of(service, stem), batch.events)
            seen[key] = offset
            if state.get(key) != offset:
                save_state(source["name"], state | seen)
    # Files that are gone are forgotten: their inode may come back as another file.
    if set(state) - set(seen):
        save_state(source["name"], seen)
    return more


def stream_of(service, name):
    return f"{service.machine.name}/{service.machine.instance}/{name}"


def ship_once(service, sources):
    """One round over all sources; each failure is told once and stops only its own source."""
    more, failed = False, False
    for source in sources:
        try:
            ship = ship_journal if source["kind"] == "journal" else ship_files
            more = ship(service, source) or more
        except (OSError, ValueError, KeyError) as error:
            failed = True
            log(f"error: {source['name']}: {error}")
    return more, failed


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.umask(0o077)
    os.makedirs(STATE, mode=0o700, exist_ok=True)
    with open(CONFIG, encoding="utf-8") as file:
        sources = json.load(file)["sources"]
    service, pause = None, 5
    while True:
        try:
            service = service or Service(Machine())
            more, failed = ship_once(service, sources)
        except (OSError, ValueError, KeyError) as error:
            more, failed = False, True
            log(f"error: instance metadata: {error}")
        if sys.argv[1:] == ["--once"] and not more:
            sys.exit(1 if failed else 0)
        pause = min(pause * 2, 300) if failed else 5
        if not more or failed:
            time.sleep(pause)


if __name__ == "__main__":
    main()
