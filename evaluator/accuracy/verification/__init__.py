"""What was not verified is not a true negative: what can still be said."""
