"""`python -m modelpick`."""

from modelpick.cli.entry import main

if __name__ == "__main__":
    main(prog="python -m modelpick")
