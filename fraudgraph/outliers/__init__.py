"""Peer-group outliers 同类离群: who differs from those of the same kind and similar size."""

from fraudgraph.outliers.scoring import OutlierReport, score_outliers

__all__ = ["OutlierReport", "score_outliers"]
