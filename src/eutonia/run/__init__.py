"""The one runner: from a visit's recordings and the declared measures to numbers.

It alone finds spans, pools repeats, checks needs, masks bad samples, resamples, forms contrasts and
adds version, source, context and seed. The unit of work is one measure over a visit; its numbers do
not depend on the other measures nor on the number of workers.
"""

from eutonia.run.blocks import Memo
from eutonia.run.measure import run, run_measure
from eutonia.run.spans import visit_spans

__all__ = ["Memo", "run", "run_measure", "visit_spans"]
