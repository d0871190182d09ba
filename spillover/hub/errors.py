"""What goes wrong at the Hub, in one line each."""

from collections.abc import Iterator
from contextlib import contextmanager

from spillover.common import HubError, trouble

NETWORK = {"httpx", "httpx2", "httpcore", "requests", "urllib3"}


@contextmanager
def hub_errors(what: str) -> Iterator[None]:
    """Turn what `huggingface_hub` raises inside the block into a `HubError` that begins with `what`."""
    try:
        yield
    except HubError:
        raise
    except Exception as error:
        said = _said(error)
        if said is None:
            raise
        raise HubError(f"{what}: {said}") from error


def _said(error: Exception) -> str | None:
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        return "the repository is gated; ask for access on its page, then `hf auth login`"
    if isinstance(error, errors.RevisionNotFoundError):
        return "the repository has no such revision; give a tag (v0.1.0), a branch or a commit"
    if isinstance(error, errors.RemoteEntryNotFoundError):
        return "the repository lacks a file that is needed; give another revision"
    if isinstance(error, errors.RepositoryNotFoundError):
        return "no such repository, or this token may not see it; check the name, then `hf auth login` or HF_TOKEN"
    if isinstance(error, errors.HFValidationError):
        return f"not a repository name ({' '.join(str(error).split())}); give ORG/NAME"
    if isinstance(error, errors.HfHubHTTPError):
        return _status(error.response.status_code)
    if isinstance(error, errors.LocalEntryNotFoundError | errors.OfflineModeIsEnabled):
        return "the Hub cannot be reached, and it is not in the local cache; check the network or HF_HUB_OFFLINE"
    if isinstance(error, ConnectionError | TimeoutError) or type(error).__module__.split(".")[0] in NETWORK:
        return f"the Hub cannot be reached ({trouble(error)}); check the network or HF_ENDPOINT"
    return None


def _status(status: int) -> str:
    if status == 401:
        return "the Hub does not know this token (401); `hf auth login` or set HF_TOKEN"
    if status == 403:
        return "this token has no right to write here (403); use a token with write access to the repository"
    if status == 409:
        return "this name is already taken (409); give another name"
    if status == 429:
        return "the Hub asks to slow down (429); try again later, nothing is lost"
    return f"the Hub answered {status}; try again, what was uploaded is kept"
