"""`python -m installation` is the command `sleeptree`."""

from installation.cli import main

if __name__ == "__main__":
    main()
