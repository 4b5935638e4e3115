"""Statistics: functions of numbers that know no newborn, no condition and no panel.

What every one of them returns
    measure             an estimate with its interval, or the reason why there is none

One proportion, and two set against each other
    intervals           a proportion: Clopper-Pearson, mid-P, Wilson, Jeffreys, Agresti-Coull, one-sided
    clustered           a proportion whose results come in clusters: Rao-Scott, Korn-Graubard
    ratios              likelihood ratios, diagnostic odds ratio
    score_difference    difference of two independent proportions, by score
    homogeneity         is one proportion the same in several strata? exactly

Two tests on the same newborns
    paired              McNemar, exact and mid-P
    paired_difference   Tango and Newcombe, for one group and for two
    paired_predictive   predictive values: weighted generalised score, Moskowitz-Pepe
    relative_fractions  true and false positive fractions where only positives were verified
    strategies          either positive, both positive, one after the other

Prevalence and numbers of cases
    predictive          predictive values at a given prevalence, Mercaldo
    apparent_prevalence prevalence behind a share of positives
    expected            cases expected against cases observed
    capture_recapture   cases in all, from two sources
    uncertain_share     a share that is known with an error
    onset               by which age the affected are diagnosed, Kaplan-Meier
    precision           births needed until a sensitivity is known

Several conditions, sites or areas
    grids               a posterior on a grid, and quantiles of a mixture over it
    pooling             which sets may borrow strength, and what they return
    shrinkage           beta-binomial model of proportions
    shrinkage_counts    Poisson-gamma model of rare counts
    mixed_model         binomial counts whose logits vary between sites
    variation           more variation between areas than chance makes?
"""
