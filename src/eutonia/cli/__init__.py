"""The command line: click only at the top, one module per command."""
