"""The external market as a function of (seed, market time). Owns every fitted parameter; stores no path."""
