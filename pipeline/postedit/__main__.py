"""`python -m postedit`."""

import sys

from postedit.cli import main

if __name__ == "__main__":
    sys.exit(main())
