"""What must not be written down; see `spillover.common.secrets`."""

from spillover.common import HIDDEN, is_secret, public, secrets_in, without_password

__all__ = ["HIDDEN", "is_secret", "public", "secrets_in", "without_password"]
