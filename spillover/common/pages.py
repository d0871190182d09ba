"""What every HTML page of ours allows a browser to do."""

import base64
import hashlib


def page_policy(css: str, script: str, pictures: str = "") -> str:
    """Content security policy: nothing is loaded, and no style or script runs but these two.

    Args:
        css: The page's style.
        script: The page's script.
        pictures: Sources of pictures; without one the page shows no picture file.
    """
    style, run = (
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in (css, script)
    )
    shown = f"img-src {pictures}; " if pictures else ""
    return f"default-src 'none'; style-src {style}; script-src {run}; {shown}base-uri 'none'; form-action 'none'"
