"""One module per file format; the registry picks one by suffix and content."""
