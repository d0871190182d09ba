"""One Inspect task file per probe domain, beside its declaration."""
