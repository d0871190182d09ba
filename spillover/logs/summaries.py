"""An open log: its header, the summaries of its samples, and a way to one whole sample."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from spillover.common import LogError, trouble

from .answer_row import Row
from .archive import Archive, opened
from .header import Header, plain_header


@dataclass(frozen=True, slots=True)
class OpenLog:
    """An open log: header, summaries, and a way to one whole sample."""

    header: Header
    summaries: list[Row]
    whole: Callable[[Row], Row]


@contextmanager
def open_log(file: str) -> Iterator[OpenLog]:
    """A finished archive, read without Inspect; any other log through Inspect.

    Raises:
        LogError: Where it cannot be read.
    """
    with ExitStack() as stack:
        try:
            found = _by_archive(stack.enter_context(opened(file)))
        except (LogError, ValueError):
            found = _by_inspect(file)  # knows other layouts and unfinished logs, or says what is wrong
        yield found


def _by_archive(archive: Archive) -> OpenLog:
    def whole(summary: Row) -> Row:
        return dict(archive.part(f"samples/{summary['id']}_epoch_{summary['epoch']}.json"))

    return OpenLog(Header(archive.header), archive.part("summaries.json"), whole)


def _by_inspect(file: str) -> OpenLog:
    from inspect_ai.log import read_eval_log, read_eval_log_sample, read_eval_log_sample_summaries

    try:
        header = read_eval_log(file, header_only=True)
        summaries = [one.model_dump(mode="json") for one in read_eval_log_sample_summaries(file)]
    except Exception as error:
        raise LogError(
            f"{file}: not a readable Inspect log ({trouble(error)}); copy it again from where it was run"
        ) from error

    def whole(summary: Row) -> Row:
        return dict(read_eval_log_sample(file, summary["id"], summary["epoch"]).model_dump(mode="json"))

    return OpenLog(Header(plain_header(header)), summaries, whole)
