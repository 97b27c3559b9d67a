"""The client, and what Google's errors mean in our words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from google.api_core import exceptions as google
from google.auth.exceptions import GoogleAuthError
from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.errors import Unavailable
from leadline.ports import LostRace, Refused, UnknownOutcome

READ_SECONDS = 10.0
COMMIT_SECONDS = 15.0
DEFAULT_DATABASE = "(default)"

# Another writer holds the documents, or has changed what a precondition of ours names.
LOST_RACE = (google.Aborted, google.FailedPrecondition, google.NotFound, google.Conflict)
REFUSAL = (google.InvalidArgument, google.OutOfRange, ValueError, TypeError)
# What may also be said after the commit took place. A quota that is used up is said before.
OUTAGE = (google.GoogleAPICallError, google.RetryError, GoogleAuthError, TimeoutError, OSError)


class WrongProject(Unavailable):
    """There is no such project or database, or these credentials may not use it. Trying again is pointless until the setting
    is mended."""


def open_client(project: str, database: str | None = None) -> AsyncClient:
    """A client of a project; FIRESTORE_EMULATOR_HOST leads it to an emulator. Raises WrongProject without credentials."""
    if not project:
        raise WrongProject("firestore:// names no project; use firestore://PROJECT")
    try:
        return AsyncClient(project=project, database=database or DEFAULT_DATABASE)
    except (GoogleAuthError, OSError, ValueError) as error:
        raise WrongProject(
            f"no credentials for the Firestore of project {project}: set GOOGLE_APPLICATION_CREDENTIALS, or"
            f" FIRESTORE_EMULATOR_HOST for an emulator ({_first_line(error)})"
        ) from error


@asynccontextmanager
async def reading() -> AsyncIterator[None]:
    """Turns what a read raises into what the ports promise, and gives up after some seconds."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            yield
    except google.Aborted as error:
        raise LostRace(f"another writer was faster: {_first_line(error)}") from error
    except (google.PermissionDenied, google.Unauthenticated, google.NotFound, GoogleAuthError) as error:
        raise WrongProject(f"Firestore refuses this project or these credentials: {_first_line(error)}") from error
    except google.InvalidArgument as error:
        raise Refused(f"Firestore refuses this: {_first_line(error)}") from error
    except google.FailedPrecondition as error:
        raise WrongProject(f"Firestore lacks an index; deploy firestore.indexes.json: {_first_line(error)}") from error
    except OUTAGE as error:
        raise Unavailable(f"Firestore does not answer: {_first_line(error)}") from error


@asynccontextmanager
async def committing() -> AsyncIterator[None]:
    """Likewise for a commit. Where the answer was lost, what became of the commit is not known."""
    try:
        async with asyncio.timeout(COMMIT_SECONDS):
            yield
    except google.ResourceExhausted as error:
        raise Unavailable(f"Firestore takes no more for now: {_first_line(error)}") from error
    except LOST_RACE as error:
        raise LostRace(f"another writer was faster: {_first_line(error)}") from error
    except REFUSAL as error:
        raise Refused(f"Firestore refuses these documents: {_first_line(error)}") from error
    except (google.PermissionDenied, google.Unauthenticated, GoogleAuthError) as error:
        raise WrongProject(f"Firestore refuses this project or these credentials: {_first_line(error)}") from error
    except OUTAGE as error:
        raise UnknownOutcome(f"the answer to the commit was lost: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]
