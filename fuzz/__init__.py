"""Hostile inputs: valid samples spoilt in every way, against everything that reads what strangers send."""
