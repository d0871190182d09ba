"""Names of models that are not what they seem: characters that hide, letters that pass for others."""

import unicodedata
from collections.abc import Iterable

_LOOKS = dict(
    zip(
        "авегікјмнорѕсԁтухԛѡһԍ" + "αβγεικνορτυχω" + "ıłøđ" + "01",
        "aberikjmhopscdtyxqwhg" + "abyeikvoptuxw" + "ilod" + "ol",
        strict=True,
    )
)
"""Letters of other scripts, and digits, by the small Latin letter that they look like."""
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
"""Scripts with letters that look alike."""


def hidden(name: str) -> str | None:
    """The first character that no name needs: a control, one without width, one that turns the direction; in words."""
    for one in name:
        if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            return f"U+{ord(one):04X} {unicodedata.name(one, 'control character')}"
    return None


def skeleton(name: str) -> str:
    """What a name looks like: names that a reader may take for one another have one skeleton."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold())
    kept = [one for one in folded if unicodedata.category(one) not in ("Mn", "Me", "Cf", "Cc")]
    return "".join(_LOOKS.get(one, one) for one in kept).replace("i", "l")


def mixed(name: str) -> str | None:
    """The scripts of a name that mixes such as pass for one another, or None."""
    letters = [unicodedata.name(one, "").split(" ")[0] for one in name if one.isalpha()]
    found = [script for script in _SCRIPTS if script in letters]
    return " and ".join(one.capitalize() for one in found) if len(found) > 1 else None


def twins(name: str, known: Iterable[str]) -> list[str]:
    """Known names that are another name than this one and look the same."""
    own = skeleton(name)
    return sorted({one for one in known if one != name and skeleton(one) == own})


def oddities(name: str, known: Iterable[str]) -> list[str]:
    """What a person should look at in a name; nothing is wrong with most."""
    found = []
    if unicodedata.normalize("NFKC", name) != name:
        found.append(
            f"the name {name!r} has letters in a special form (plain: {unicodedata.normalize('NFKC', name)!r})"
        )
    if (scripts := mixed(name)) is not None:
        found.append(f"the name {name!r} mixes {scripts} letters")
    return found + [f"the name {name!r} looks like {one!r}, a different model" for one in twins(name, known)]
