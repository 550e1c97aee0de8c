"""Casework and law: an append-only store of events with a hash chain, clocks, points, case files and referral packages."""
