"""What analysts hold: a run and its rings as pandas, networkx and plotly. The frozen records know nothing of it."""

from fraudgraph.desk.offline import Figure, show
from fraudgraph.desk.ring_drawing import RingDrawing
from fraudgraph.desk.ring_view import RingView
from fraudgraph.desk.run import Run, open_run

__all__ = ["Figure", "RingDrawing", "RingView", "Run", "open_run", "show"]
