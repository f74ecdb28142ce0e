"""The error that every room of the exporter raises when a file is not fit to ship."""


class ExportError(RuntimeError):
    """A file came out wrong and is not shipped; the text says which check failed."""
