"""Files that people and programs send: streamed into LEADLINE_HOME, looked at there, and kept until their import is through."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from leadline.clock import utc_now
from leadline.domain.errors import NotFound, Unavailable
from leadline.domain.imports import shown_name
from leadline.ids import new_id
from leadline.web.problems import TooLarge, Unreadable, WrongMediaType
from leadline.web.reading import BODY_SECONDS, THROWN_AWAY_MAX, AnyRequest, media_type_of

# What nobody has imported by then is thrown away.
KEPT_FOR = timedelta(days=1)
MEGABYTE = 1_000_000
_FIELD_BYTES_MAX = 16_384
_PARTS_MAX = 20
_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)

Form = dict[str, str]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent. `user_id` is who sent it, if a person did."""

    id: UUID
    name: str
    user_id: UUID | None
    path: Path


class Uploads:
    """The folders of one process: `uploads` for files that are looked at, `imports` for those of runs that go on."""

    def __init__(self, home: Path, megabytes_max: int) -> None:
        self._looked_at = home / "uploads"
        self._going_on = home / "imports"
        self._megabytes_max = megabytes_max

    async def receive(self, request: AnyRequest, name: str) -> Upload:
        """The body as a file. Raises TooLarge, and Unreadable for one that stops on the way."""
        with self._new_file() as (file, upload_id):
            size = 0
            async for chunk in _chunks(request):
                size += len(chunk)
                self._write(file, chunk, size)
            self._check_size(size)
            return self._kept(upload_id, name, None)

    async def receive_form(
        self, request: AnyRequest, user_id: UUID, check: Callable[[Form], None]
    ) -> tuple[Form, Upload | None]:
        """The fields of a form and the file in it, if one was chosen. `check` sees the fields before the file, and whatever it
        raises leaves nothing behind."""
        boundary = _BOUNDARY.search(request.headers.get("content-type", ""))
        if media_type_of(request) != "multipart/form-data" or boundary is None:
            # Whoever has no token learns that first.
            check({})
            raise WrongMediaType("send the form as multipart/form-data, the file in it")
        with self._new_file() as (file, upload_id):
            form: Form = {}
            name, size, part = "", 0, _Part()
            async for event in _events(request, boundary[1]):
                if isinstance(event, MultipartSegment):
                    part = _Part(event)
                    if part.is_file:
                        check(form)
                        name = event.filename or ""
                elif event is None:
                    form |= part.field()
                elif part.is_file:
                    size += len(event)
                    self._write(file, bytes(event), size)
                else:
                    part.take(bytes(event))
            check(form)
            self._check_size(size)
            return form, self._kept(upload_id, name, user_id) if name else None

    def find(self, upload_id: UUID, user_id: UUID) -> Upload:
        """What this person sent a while ago. Raises NotFound."""
        path = self._looked_at / upload_id.hex
        try:
            kept = json.loads(path.with_suffix(".json").read_text())
        except (OSError, ValueError):
            raise NotFound("this file is no longer here; send it again") from None
        if kept["user_id"] != str(user_id) or not path.exists():
            raise NotFound("this file is no longer here; send it again")
        return Upload(upload_id, kept["name"], user_id, path)

    def take(self, upload: Upload, run_id: UUID) -> Path:
        """The file becomes that of a run, which needs it until it is through."""
        self._going_on.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.of_run(run_id)
        upload.path.replace(path)
        self.drop(upload)
        return path

    def of_run(self, run_id: UUID) -> Path:
        """Where the file of a run lies."""
        return self._going_on / run_id.hex

    def runs(self) -> list[UUID]:
        """The runs whose files are here."""
        if not self._going_on.is_dir():
            return []
        return sorted(UUID(path.name) for path in self._going_on.iterdir() if len(path.name) == 32)

    def drop(self, upload: Upload) -> None:
        """Throw a file away."""
        upload.path.unlink(missing_ok=True)
        upload.path.with_suffix(".json").unlink(missing_ok=True)

    def sweep(self, now: datetime) -> None:
        """Throw away what was sent long ago and never imported."""
        for path in self._looked_at.iterdir() if self._looked_at.is_dir() else ():
            with suppress(OSError):
                if now.timestamp() - path.stat().st_mtime > KEPT_FOR.total_seconds():
                    path.unlink()

    @contextmanager
    def _new_file(self) -> Iterator[tuple[BinaryIO, UUID]]:
        """A file that only we may read, gone again if anything goes wrong."""
        self._looked_at.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.sweep(utc_now())
        upload_id = new_id()
        path = self._looked_at / upload_id.hex
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file, upload_id
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        if not path.with_suffix(".json").exists():
            path.unlink(missing_ok=True)

    def _kept(self, upload_id: UUID, name: str, user_id: UUID | None) -> Upload:
        path = self._looked_at / upload_id.hex
        upload = Upload(upload_id, shown_name(name), user_id, path)
        about = json.dumps({"name": upload.name, "user_id": str(user_id)})
        path.with_suffix(".json").write_text(about)
        return upload

    def _write(self, file: BinaryIO, chunk: bytes, size: int) -> None:
        # What is too much is still read for a while, and thrown away: whoever is cut off while sending sees a broken connection
        # in place of the answer.
        most = self._megabytes_max * MEGABYTE
        if size > most:
            if size > most + THROWN_AWAY_MAX:
                self._check_size(size)
            return
        try:
            file.write(chunk)
        except OSError as error:
            raise Unavailable(f"the file cannot be kept here ({error.strerror})", retry_after_seconds=60) from error

    def _check_size(self, size: int) -> None:
        if size > self._megabytes_max * MEGABYTE:
            raise TooLarge(
                f"the file has more than {self._megabytes_max} MB, the most that this server takes (LEADLINE_IMPORT_MAX_MB);"
                " `leadline import FILE` on the server itself takes larger ones"
            )


class _Part:
    """One part of a form."""

    def __init__(self, segment: MultipartSegment | None = None) -> None:
        self._name = segment.name or "" if segment else ""
        self.is_file = segment is not None and segment.filename is not None
        self._value = b""

    def take(self, data: bytes) -> None:
        """A piece of its value."""
        self._value += data
        if len(self._value) > _FIELD_BYTES_MAX:
            raise TooLarge(f"a field of this form has at most {_FIELD_BYTES_MAX} bytes")

    def field(self) -> Form:
        """Name and value, of what is no file."""
        return {} if self.is_file else {self._name: self._value.decode("utf-8", "replace")}


async def _events(request: AnyRequest, boundary: str) -> AsyncIterator[MultipartSegment | bytearray | bytes | None]:
    """The parts of a form as they come: what each is, its pieces, its end."""
    try:
        with PushMultipartParser(boundary, max_segment_count=_PARTS_MAX) as parser:
            async for chunk in _chunks(request):
                for event in parser.parse(chunk):
                    yield event
    except MultipartError as error:
        raise Unreadable(f"the form cannot be read: {error}") from error


async def _chunks(request: AnyRequest) -> AsyncIterator[bytes]:
    """The body as it comes. Raises Unreadable where nothing comes for a while: the server itself waits for ever."""
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Unreadable(f"nothing of the body arrived for {BODY_SECONDS} seconds") from None
        if chunk:
            yield chunk
