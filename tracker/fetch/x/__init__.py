"""X: accounts, lists and searches of the paid API, bridges, and the official archive."""
