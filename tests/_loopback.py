"""Settings that make Inspect quick where every model is on loopback: nothing that a test looks at changes."""

from pathlib import Path

import pytest

NO_CERTIFICATES = str(Path(__file__).parent)


def quick(patch: pytest.MonkeyPatch, *, retries_wait: bool = False) -> None:
    """Spare what costs most of a short run.

    Each client loads every certificate of the machine, and a loopback server is asked without any. Each failed request
    is drawn as a coloured trace for the log. A display of "none" is laid out all the same. A retry waits 3 s or more,
    for which Inspect has no setting.
    """
    from inspect_ai.model import ModelAPI
    from rich.live import Live
    from tenacity import wait_none

    patch.setenv("SSL_CERT_DIR", NO_CERTIFICATES)
    patch.delenv("SSL_CERT_FILE", raising=False)
    patch.setattr("inspect_ai._util.rich.rich_traceback", lambda *_, **__: "")
    patch.setattr(Live, "refresh", lambda _: None)
    if not retries_wait:
        patch.setattr(ModelAPI, "retry_wait", lambda _: wait_none())
