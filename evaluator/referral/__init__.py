"""Where each positive newborn goes: network, pathway, unit, and why."""
