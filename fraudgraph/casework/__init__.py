"""Casework: rings followed from month to month, verdicts, the analyst's hand, routes, and what verdicts teach."""
