"""Entry point. Every step lives in workflow/."""


include: "workflow/Snakefile"


# Snakemake forgets the default target of an included file, so the root names one of its own.
rule evaluate:
    default_target: True
    input:
        rules.all.input,
