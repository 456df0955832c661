"""`python -m transferkit` is the `transferkit` command."""

from transferkit.cli import main

if __name__ == "__main__":
    main()
