"""The panel a committee edits: load, lint, compare, and the regions to read."""
