"""People with exactly known truth, drawn on the CPU from a rigged mesh that does not ship."""
