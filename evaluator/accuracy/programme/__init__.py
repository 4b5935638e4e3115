"""A screening programme as a model: from what is known to the numbers of a year."""
