"""``python -m eutonia``: the same as the command ``eutonia``."""

from eutonia.cli import main

if __name__ == "__main__":
    main()
