"""Leadline: inbound leads, captured, scored, routed and kept."""
