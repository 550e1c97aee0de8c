"""`python -m fraudgraph`: the same as the command `fraudgraph`."""

import sys

from fraudgraph.cli import main

sys.exit(main())
