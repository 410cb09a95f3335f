"""The head in a video: posture, range, tremor, smoothness."""
