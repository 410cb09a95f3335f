"""Pure statistics: intervals, agreement, false-discovery control."""
