from .shipped import outdated, schema_text, shipped_shapes, write_schemas

__all__ = [
    "outdated",
    "schema_text",
    "shipped_shapes",
    "write_schemas",
]
