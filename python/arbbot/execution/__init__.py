"""Approved → orders → fills → pair. Pure: plans and folds; what is sent, the engine sends. Never imports strategy."""
