"""Why a model is not published or withdrawn."""


class NotPublished(ValueError):
    """Nothing was changed; the text says what to do."""
