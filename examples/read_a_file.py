"""Read one file: what is in it, what is wrong with it, and a second of its samples."""

from pathlib import Path

from eutonia.quality import inspect
from eutonia.read import read

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FILE = SAMPLES / "sub-01/ses-01/eeg/sub-01_ses-01_task-restEyesClosed_eeg.edf"


def main() -> None:
    """Print channels, condition, issues and one amplitude."""
    for recording in map(inspect, read(FILE)):
        print(f"{recording.kind}, {len(recording.channels)} channels at {recording.rate_hz:g} Hz")
        print(f"{recording.duration_s:g} s of: {recording.condition.label}")
        for issue in recording.issues:
            print(f"{issue.severity}: {issue.message}")

        # Samples stay in the file until they are asked for: here one second of one channel.
        row = next(i for i, c in enumerate(recording.channels) if c.site == "Oz")
        second = recording.signal.read(0, int(recording.rate_hz), (row,))
        print(f"Oz in the first second: {second.std():.1f} {recording.channels[row].unit} (SD)")


if __name__ == "__main__":
    main()
