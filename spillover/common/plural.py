"""A number with its noun: one log, two logs."""


def counted(number: int, noun: str, plural: str | None = None, *, thousands: bool = False) -> str:
    """A number with its noun, as `1 log` or `1200 logs`.

    Args:
        number: How many.
        noun: The noun for one, and what goes with it; without `plural` its last word is the one that changes.
        plural: The same for many, where no rule gives it, as in `stand twice` for `stands twice`.
        thousands: Whether thousands are set apart by commas.
    """
    shown = f"{number:,}" if thousands else str(number)
    return f"{shown} {noun if number == 1 else plural or _many(noun)}"


def each_of(number: int, noun: str) -> str:
    """Whom something is done to: `1 log`, or `each of 2 logs`; see `counted`."""
    return counted(number, noun) if number == 1 else f"each of {counted(number, noun)}"


def _many(noun: str) -> str:
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"
