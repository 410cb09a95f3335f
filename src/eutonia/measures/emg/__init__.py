"""Surface EMG."""
