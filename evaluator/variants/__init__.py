"""From VCF to typed columns: reading, normalising, callability, annotation, the store."""
