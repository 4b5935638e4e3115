"""A cohort with known answers, made from the panel's own alleles."""
