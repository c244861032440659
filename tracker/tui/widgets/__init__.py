"""The parts that views are built of."""
