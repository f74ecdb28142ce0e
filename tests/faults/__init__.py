"""Faults on purpose: races, kills and histories made up by chance. Each command prints figures as JSON."""
