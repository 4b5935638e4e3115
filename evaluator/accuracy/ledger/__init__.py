"""From findings and outcomes to one row per newborn x condition, and what is counted from it."""
