"""What can go wrong, each named after the user's situation.

Every message says what, where and what to do.
"""


class EutoniaError(Exception):
    """Base of all errors that Eutonia raises on purpose."""


class UnreadableFile(EutoniaError):  # noqa: N818 - named after the situation
    """A file is damaged, empty or not of a kind that Eutonia reads."""


class UnknownName(EutoniaError):  # noqa: N818
    """A measure, format, task or muscle is asked for that does not exist."""


class InvalidRecord(EutoniaError):  # noqa: N818
    """An intake, correction or assessment file breaks its schema."""


class CannotMeasure(EutoniaError):  # noqa: N818
    """Raised by a measure when none of its targets can be measured; the runner reports it."""


class CannotAlign(EutoniaError):  # noqa: N818
    """Two recordings share no mark that places one on the other's clock."""


class MissingModel(EutoniaError):  # noqa: N818
    """A model file of the video tracker is missing or is not the one that was measured."""
