"""The measures: one folder per instrument, one module per measure."""
