"""What to say (blocks), figures, and how to write it (html, pdf, csv)."""
