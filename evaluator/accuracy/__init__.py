"""How accurate screening was: ledger, cells, measures and their intervals."""
