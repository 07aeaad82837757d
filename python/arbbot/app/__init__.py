"""The only place where adapters meet the engine, and where processes are started."""
