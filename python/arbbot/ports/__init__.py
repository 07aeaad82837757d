"""What the engine needs from the world, as Protocols. Adapters live in `venues`, `store`, `sim`; `app` joins them."""
