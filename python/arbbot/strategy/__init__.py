"""When to open and when to close, priced. Pure: reads quotes and rates, returns values, never sends."""
