"""A networkx backend: communities, components, PageRank and cores of analysts' own graphs, fast, without new habits."""

__all__: list[str] = []
