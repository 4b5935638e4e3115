"""How accurate screening was.

evaluation      from files to the accuracy table: the one door that the command line uses

ledger/         one row per newborn x condition: findings, index and reference results, choices, strata,
                missed cases by reason, findings beside the table
cells           the cells of the table, and the counts of one stratum
estimability    why a measure does not stand, and what one that stands leaves out
measures        every measure of one stratum with its interval, or the reason why there is none
verification/   what was not verified: correction, bounds, imputation, samples, registries, tipping
programme/      what a year would find: evidence, model, projection, tornado

ascertainment   missed cases seen through a registry: completeness, maturity, adjusted sensitivity
sampled_verification  accuracy from negatives drawn for verification by design
clustering      intervals where newborns share conditions, and sites share newborns
comparison      the genomic test beside today's test on the same newborns
sensitivity_analysis  the headline under every declared choice
prevalence      predictive values where the study's prevalence is not the programme's
sites           sensitivity and specificity over several sites
without_answer  pending, not assessed and inconclusive, by ancestry and by site
equity          is the screen as accurate in one ancestry, sex or place as in the others?
supplement*     everything that a committee asks next, as plain data for the page
disclosure      small numbers in published tables
counts          read published counts
annex           a table that stands beside the accuracy table
"""
