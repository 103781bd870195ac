"""Regular expressions that users write: where they run away, and matching in bounded time."""
