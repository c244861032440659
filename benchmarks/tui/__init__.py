"""The terminal UI on a real terminal: first frame, content, answers to keys, memory, beside what else there is."""
