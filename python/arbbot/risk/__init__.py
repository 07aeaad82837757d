"""Opportunity → Approved | Refused. Every limit is checked, every failed one is named; none has a default."""
