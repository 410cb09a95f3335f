"""Rules of the knowledge files, one module per subject; each yields ``table: what is wrong``."""

from eutonia.knowledge.rules import (
    claims,
    codes,
    life,
    questions,
    red_flags,
    regions,
    scales,
    video,
    workup,
)

MORE_RULES = tuple(
    module.problems
    for module in (claims, codes, life, questions, red_flags, regions, scales, video, workup)
)
