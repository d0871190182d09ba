"""What commands print: text from elsewhere made inert, shares and differences as people write them."""

import math
from typing import TYPE_CHECKING

from spillover.common import printable

if TYPE_CHECKING:
    from spillover.estimate import Estimate

plain = printable
"""Text from a log or file without what could steer the terminal."""


def disk_trouble(error: BaseException) -> str | None:
    """One line for a file that could not be written or read, with the fix; None where the trouble is another one."""
    import errno

    full = dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room and call again")
    closed = dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO), "make it writable and call again")
    handles = dict.fromkeys((errno.EMFILE, errno.ENFILE), "allow more open files (ulimit -n) and call again")
    fixes = {**full, **closed, **handles}
    if not isinstance(error, OSError) or error.errno not in fixes:
        return None
    where = f"{plain(str(error.filename))}: " if error.filename else ""
    return f"{where}{plain(error.strerror or 'no reason given')}; {fixes[error.errno]}"


def share(value: float) -> str:
    """A share in percent, with two places where one would hide that it is not zero."""
    return f"{100 * value:.2f}" if 0 < value < 0.01 else f"{100 * value:.1f}"


def percent(found: "Estimate | None") -> str:
    """A rate with its interval, or a mean where it counts no events."""
    if found is None or found.estimate != found.estimate:
        return "-"
    if found.events is None and found.low != found.low:
        return f"{found.estimate:.1f}"
    if found.events is None and found.method != "prediction-powered":
        return f"{found.estimate:.1f} [{found.low:.1f}, {found.high:.1f}]"
    return f"{share(found.estimate)}% {interval(found)}"


WORST = "Worst case: the interval's lower end if no unjudged answer counted towards the rate, its upper end if all did."
"""What `worst case` means in a table."""


def interval(found: "Estimate") -> str:
    """The interval of a rate, in percent, and its worst case where answers are unjudged."""
    ends = "-" if found.low != found.low else f"[{share(found.low)}, {share(found.high)}]"
    worst = found.worst
    return ends if worst is None else f"{ends}, worst case [{share(worst.low)}, {share(worst.high)}]"


def points(found: "Estimate | None") -> str:
    """A difference in percentage points with its interval, and its worst case where answers are unjudged."""
    if found is None:
        return "-"
    said = f"{100 * found.estimate:+.1f} pp [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"
    worst = found.worst
    return said if worst is None else f"{said}, worst case [{100 * worst.low:+.1f}, {100 * worst.high:+.1f}]"


def kappa(value: float) -> str:
    """Agreement beyond chance; it is not defined where both said one and the same thing of every answer."""
    return "not defined: one outcome throughout" if math.isnan(value) else f"{value:.2f}"
