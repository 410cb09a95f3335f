# %% [markdown]
# # One measure, step by step
# EMG amplitude of the sample biceps: the value, its interval, and a figure.
# Open this file as a notebook (Jupyter with jupytext, VS Code), or run it.

# %%
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from eutonia.measures import entry
from eutonia.quality import inspect
from eutonia.read import read_visit
from eutonia.run import run_measure, visit_spans

SAMPLES = Path(__file__).resolve().parents[1] / "samples"

# %% [markdown]
# A visit is everything that was recorded on one day; its spans are stretches in one condition.
# `inspect` looks at every sample once, so that bad ones are left out.

# %%
visit = read_visit(SAMPLES)
visit = replace(visit, recordings=tuple(map(inspect, visit.recordings)))
spans = visit_spans(visit)

# %% [markdown]
# The runner hands the measure what it needs, and makes the interval by resampling blocks.

# %%
outcome = run_measure(entry("emg.rms"), visit, spans, seed=0)
(estimate,) = outcome.estimates
interval = estimate.interval
print(f"{estimate.title}, {estimate.target.label}, {estimate.condition.label}")
print(f"{estimate.value:.1f} {estimate.unit}, {interval.lo:.1f} to {interval.hi:.1f}")
print(f"(95 %, {interval.kind}; {interval.method})")

# %% [markdown]
# The interval is wide because contractions and pauses alternate: the blocks show it.

# %%
recording = next(r for r in visit.recordings if r.kind == "emg")
t_s = np.arange(recording.n_samples) / recording.rate_hz
blocks_s = np.arange(len(estimate.blocks)) * recording.duration_s / len(estimate.blocks)

figure = Figure(figsize=(8, 3), layout="constrained")
FigureCanvasAgg(figure)
axes = figure.subplots()
axes.plot(t_s, recording.signal.read()[0], color="0.7", linewidth=0.4, label="EMG")
axes.step(blocks_s, estimate.blocks, where="post", label="amplitude per block")
axes.axhspan(interval.lo, interval.hi, alpha=0.3, label="95 % interval")
axes.set(xlabel="time (s)", ylabel="µV", title="Sample biceps EMG: nine contractions")
axes.legend(loc="lower left", ncols=3)
figure.savefig(Path(sys.argv[1]) if len(sys.argv) > 1 else "one_measure.png", dpi=100)
