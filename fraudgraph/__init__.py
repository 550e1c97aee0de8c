"""fraudgraph: from a bureau's claims to explained rings and a referral list."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("fraudgraph-rings")
except PackageNotFoundError:  # a bare checkout on the path, not installed
    __version__ = "0.0.0+uninstalled"

__all__ = ["__version__"]
