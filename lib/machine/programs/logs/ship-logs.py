#!/usr/bin/python3 -I
"""Ships the journal, audit logs and recorded sessions to CloudWatch Logs.

docs/decisions/0076-own-log-shipper.md says what it guarantees: a restart or an outage of the
service loses nothing that was accepted by the journal or a file; after a crash the last batch may
arrive twice; an input that can't be shipped is skipped and reported, and never stops the ones
behind it; sources go on by themselves; memory is bounded whatever is written.
"""

from __future__ import annotations

import glob
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import IO

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from aws_client import AwsError, Machine, Service  # noqa: E402

ROOT = os.environ.get("HC_ROOT", "")
STATE = os.environ.get("STATE_DIRECTORY") or ROOT + "/var/lib/hardened-cluster-logs"
CONFIG = ROOT + "/etc/hardened-cluster/ship-logs.json"

# Limits of PutLogEvents, each a little lower than what the service takes.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
BATCH_BYTES = 1_000_000
BATCH_EVENTS = 9_000
EVENT_BYTES = 240_000
EVENT_OVERHEAD_BYTES = 26
BATCH_MILLISECONDS = 23 * 3600 * 1000
OLDEST_MILLISECONDS = 13 * 24 * 3600 * 1000
NEWEST_MILLISECONDS = 3600 * 1000

# One entry or line in memory; what is longer is cut (files) or left out (journal).
LONGEST_BYTES = 8 << 20
# Batches of one source before the next source, or the end of `--once`, is asked.
ROUND_BATCHES = 8
# A last line without an end is shipped when nobody has written to its file for so long.
UNFINISHED_SECONDS = 3600

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

Source = dict[str, str | bool]
State = dict[str, object]
Event = dict[str, str | int]

# Groups and names of the streams that are known to exist.
created: set[tuple[str, ...]] = set()


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def now() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


def split(text: str) -> Iterator[str]:
    """Pieces that an event can hold; cut between characters. None for an empty text."""
    content = text.encode("utf-8", "backslashreplace")
    while content:
        piece = content[:EVENT_BYTES].decode("utf-8", "ignore")
        yield piece
        content = content[len(piece.encode()) :]


class Stream:
    """A log stream, to which events are added in the order of their time."""

    def __init__(self, service: Service, group: str, name: str) -> None:
        # The service takes neither of the two in a name.
        name = re.sub(r"[:*]", "_", name)[:512]
        # The groups of an earlier cluster of the name have other ends.
        group += service.machine.facts.get("HC_LOG_GROUP_SUFFIX", "")
        self.service, self.names = service, {"logGroupName": group, "logStreamName": name}
        self.events: list[Event] = []
        self.size = 0
        self.batches = 0

    def add(self, moment: int, text: str) -> None:
        """Adds a text as one event or, when it is long, several. Raises AwsError."""
        moment = min(moment, now() + NEWEST_MILLISECONDS)
        for piece in split(text):
            size = len(piece.encode()) + EVENT_OVERHEAD_BYTES
            if self.events and (
                self.size + size > BATCH_BYTES
                or len(self.events) >= BATCH_EVENTS
                or moment - int(self.events[0]["timestamp"]) >= BATCH_MILLISECONDS
            ):
                self.flush()
            # The service wants times that never go back; clocks may.
            if self.events:
                moment = max(moment, int(self.events[-1]["timestamp"]))
            self.events.append({"timestamp": moment, "message": piece})
            self.size += size

    def flush(self) -> None:
        """Sends what was added. Raises AwsError."""
        events, self.events, self.size = self.events, [], 0
        if events:
            self.send(events)
            self.batches += 1

    def send(self, events: list[Event]) -> None:
        self.create()
        try:
            answer = self.call("PutLogEvents", {"logEvents": events})
        except AwsError as error:
            if error.code in ("InvalidParameterException", "SerializationException"):
                self.send_apart(events, error)
                return
            # Somebody may have removed it.
            created.discard(tuple(self.names.values()))
            raise
        if answer.get("rejectedLogEventsInfo"):
            log(f"error: {self.names['logStreamName']}: got rejected events, expected all accepted")

    def send_apart(self, events: list[Event], error: AwsError) -> None:
        """Finds the event that the service does not take, and leaves that one out."""
        if len(events) == 1:
            log(f"error: {self.names['logStreamName']}: one event is left out: {error}")
            return
        middle = len(events) // 2
        self.send(events[:middle])
        self.send(events[middle:])

    def create(self) -> None:
        key = tuple(self.names.values())
        if key in created:
            return
        try:
            self.call("CreateLogStream", {})
        except AwsError as error:
            if error.code != "ResourceAlreadyExistsException":
                raise
        created.add(key)

    def call(self, action: str, document: dict[str, object]) -> dict[str, object]:
        return self.service.json(f"Logs_20140328.{action}", self.names | document)


class Positions:
    """What was accepted of a source, in a file that is whole or not there."""

    def __init__(self, name: str) -> None:
        self.name, self.path = name, f"{STATE}/{name}.json"

    def load(self) -> State:
        try:
            with open(self.path, encoding="utf-8") as file:
                state = json.load(file)
            if not isinstance(state, dict):
                raise ValueError("no object")
            return state
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError) as error:
            # Shipping from the start again repeats events, and loses none.
            log(f"error: {self.path}: got a damaged state ({error}), starts over")
            return {}

    def save(self, state: State) -> None:
        with open(f"{self.path}.new", "w", encoding="utf-8") as file:
            json.dump(state, file, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        os.replace(f"{self.path}.new", self.path)


def journal_text(value: object) -> str:
    """A field as journalctl has it: a text, bytes, or a list of these where it is there twice."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        if value and all(isinstance(item, int) for item in value):
            return bytes(item & 255 for item in value).decode("utf-8", "backslashreplace")
        return "\n".join(journal_text(item) for item in value)
    return ""


def document_of(entry: dict[str, object]) -> str:
    document = {
        name: journal_text(entry[field])
        for field, name in JOURNAL_FIELDS.items()
        if entry.get(field) is not None
    }
    return json.dumps(document, sort_keys=True, ensure_ascii=False)


def read_entry(line: bytes) -> tuple[str, int, str]:
    """Cursor, time in milliseconds and text of a line of journalctl. Raises ValueError."""
    if len(line) < LONGEST_BYTES:
        try:
            entry = json.loads(line)
            return entry["__CURSOR"], int(entry["__REALTIME_TIMESTAMP"]) // 1000, document_of(entry)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            problem = f"{type(error).__name__}"
    else:
        problem = f"over {LONGEST_BYTES} bytes"
    cursor = re.search(rb'"__CURSOR"\s*:\s*"([^"\\]+)"', line)
    if not cursor:
        raise ValueError(f"an entry without a cursor: {problem}")
    log(f"error: journal: one entry is left out: {problem}")
    text = json.dumps({"message": f"[an entry that could not be shipped: {problem}]"})
    return cursor[1].decode(), now(), text


def bounded_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Lines of a pipe; of one that is too long the beginning, at LONGEST_BYTES."""
    while line := file.readline(LONGEST_BYTES):
        yield line
        while not line.endswith(b"\n"):
            line = file.readline(LONGEST_BYTES)
            if not line:
                return


def read_journal(start: str, *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["journalctl", "--no-pager", "--all", *more, start],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def next_cursor(start: str) -> str | None:
    """Cursor of the first entry: in this format journalctl needs no memory for what it holds."""
    with read_journal(start, "--output=export", "--output-fields=PRIORITY") as process:
        assert process.stdout is not None
        line = process.stdout.readline(4096)
        process.kill()
    found = re.fullmatch(rb"__CURSOR=(\S+)\n", line)
    return found[1].decode() if found else None


def start_of(cursor: object) -> str:
    """Where journalctl begins. The oldest part of a journal is beyond what the service takes."""
    if isinstance(cursor, str) and re.fullmatch(r"[!-~]{1,1000}", cursor):
        return f"--after-cursor={cursor}"
    return "--since=-13d"


def ship_journal(service: Service, source: Source) -> bool:
    """Sends some batches of the journal; True when there may be more. Raises AwsError."""
    positions = Positions("journal")
    start = start_of(positions.load().get("cursor"))
    stream = Stream(service, str(source["group"]), stream_name(service, "journal"))
    cursor, more = None, False
    fields = f"--output-fields={','.join(JOURNAL_FIELDS)}"
    with read_journal(start, "--output=json", fields) as process:
        assert process.stdout is not None
        for line in bounded_lines(process.stdout):
            try:
                following, moment, text = read_entry(line)
            except ValueError as error:
                # The cursor of a long entry may come behind what was read of it.
                skipped = next_cursor(start_of(cursor) if cursor else start)
                if skipped is None:
                    raise
                log(f"error: journal: one entry is left out: {error}")
                cursor, more = skipped, True
                process.kill()
                break
            if moment > now() - OLDEST_MILLISECONDS:
                stream.add(moment, text)
            cursor = following
            if stream.batches >= ROUND_BATCHES:
                more = True
                process.kill()
                break
    stream.flush()
    if cursor is not None:
        positions.save({"cursor": cursor})
    elif process.returncode != 0:
        return pass_over(positions, start, process.returncode)
    return more


def pass_over(positions: Positions, start: str, code: int) -> bool:
    """Goes on behind an entry that journalctl does not survive, or from a cursor that it takes."""
    cursor = next_cursor(start)
    if cursor is not None:
        log(f"error: journal: one entry is left out: journalctl ended with {code}")
        positions.save({"cursor": cursor})
        return True
    if start.startswith("--after-cursor"):
        log(f"error: journal: journalctl ended with {code} at the cursor, starts over")
        positions.save({})
        return True
    raise OSError(f"got journalctl that ended with {code}, expected entries")


def ship_files(service: Service, source: Source) -> bool:
    """Sends some batches of each file of a pattern, whatever its name has become since.

    True when there may be more. A file that fails does not stop the others; OSError in the end.
    """
    positions = Positions(str(source["name"]))
    state, seen, more, problems = positions.load(), set(), False, []
    for path in sorted(glob.glob(ROOT + str(source["pattern"]))):
        try:
            with open(path, "rb") as file:
                status = os.fstat(file.fileno())
                key = str(status.st_ino)
                seen.add(key)
                stem = os.path.basename(path) if source["streamPerFile"] else str(source["name"])
                stream = Stream(service, str(source["group"]), stream_name(service, stem))
                offset = offset_of(state.get(key), status.st_size)
                unfinished = status.st_mtime < time.time() - UNFINISHED_SECONDS
                after, rest = ship_file(stream, file, offset, unfinished)
                more = more or rest
                if state.get(key) != after:
                    state[key] = after
                    positions.save(state)
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(f"{os.path.basename(path)}: {error}")
    # Files that are gone are forgotten: their inode may come back as another file.
    if not problems and set(state) - seen:
        positions.save({key: state[key] for key in state if key in seen})
    if problems:
        raise OSError("; ".join(problems[:3]))
    return more


def offset_of(value: object, size: int) -> int:
    return value if isinstance(value, int) and 0 <= value <= size else 0


def ship_file(stream: Stream, file: IO[bytes], offset: int, unfinished: bool) -> tuple[int, bool]:
    """Sends what follows an offset; the offset behind what was sent, and whether there is more."""
    file.seek(offset)
    while line := file.readline(LONGEST_BYTES):
        if not line.endswith(b"\n") and len(line) < LONGEST_BYTES and not unfinished:
            break
        stream.add(now(), line.rstrip(b"\n").decode("utf-8", "backslashreplace"))
        offset = file.tell()
        if stream.batches >= ROUND_BATCHES:
            stream.flush()
            return offset, True
    stream.flush()
    return offset, False


def stream_name(service: Service, name: str) -> str:
    machine = service.machine
    if machine.instance is None:
        # The role may write to streams of its own address alone.
        address, instance = (
            machine.metadata(f"meta-data/{fact}").strip() for fact in ("local-ipv4", "instance-id")
        )
        machine.instance = f"{address}/{instance}"
    return f"{machine.name}/{machine.instance}/{name}"


def ship(service: Service, source: Source) -> tuple[bool, bool]:
    """One round: whether there may be more, and whether it failed, which is reported."""
    try:
        run = ship_journal if source["kind"] == "journal" else ship_files
        return run(service, source), False
    except Exception as error:  # noqa: BLE001 # whatever it is, the source is tried again
        log(f"error: {source['name']}: {error}")
        return False, True


def ship_for_ever(source: Source) -> None:
    service, pause = Service(Machine(), "logs", tries=3), 5
    while True:
        more, failed = ship(service, source)
        pause = min(pause * 2, 300) if failed else 5
        if not more:
            time.sleep(pause)


def ship_all_once(sources: list[Source]) -> bool:
    """Everything that there is now; whether all of it was sent."""
    service, whole = Service(Machine(), "logs", tries=3), True
    for source in sources:
        more, failed = True, False
        while more:
            more, failed = ship(service, source)
        whole = whole and not failed
    return whole


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    os.umask(0o077)
    os.makedirs(STATE, mode=0o700, exist_ok=True)
    with open(CONFIG, encoding="utf-8") as file:
        sources: list[Source] = json.load(file)["sources"]
    if sys.argv[1:] == ["--once"]:
        sys.exit(0 if ship_all_once(sources) else 1)
    # A thread each: what stops or slows one source is nothing to the others.
    for source in sources:
        threading.Thread(target=ship_for_ever, args=(source,)).start()


if __name__ == "__main__":
    main()
