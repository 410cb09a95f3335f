"""The lids in a video: blinks, closures, reopening, each eye by itself."""
