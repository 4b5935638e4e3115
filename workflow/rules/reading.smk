rule extract:
    """Read one batch of newborns once: every call in the panel's regions, and what was not callable."""
    input:
        regions="results/panel/regions.bed",
        samples=config["samples"],
        fasta=FASTA,
    output:
        multiext(
            "results/store/batches/batch-{number}/",
            manifest="manifest.json",
            clock="clock.json",
            newborns="newborns.parquet",
            calls="calls.parquet",
            uncallable="uncallable.parquet",
            alleles="alleles.parquet",
            special_loci="special_loci.parquet",
            parents="parents.parquet",
            structural="structural.parquet",
        ),
    log:
        "logs/extract/{number}.log",
    benchmark:
        "logs/benchmarks/extract/{number}.tsv"
    conda:
        "../envs/evaluator.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        panel=config["panel"],
        files=files_of_batch,
        newborns_per_job=NEWBORNS_PER_JOB,
        on_error=config["on_error"],
        fasta=option("fasta", FASTA),
        store=subpath(output.manifest, ancestor=3),
    shell:
        "POLARS_MAX_THREADS={threads} nbseval extract {input.samples:q} --panel {params.panel:q}"
        " --newborns-per-batch {params.newborns_per_job} --batch {wildcards.number}"
        " --on-error {params.on_error} {params.fasta:q} --threads {threads} --out {params.store:q} 2> {log:q}"


rule annotate:
    """Annotate every distinct allele of all batches once."""
    input:
        alleles=collect("results/store/batches/batch-{number}/alleles.parquet", number=BATCHES),
        clinvar=CLINVAR,
        frequencies=FREQUENCIES,
        fasta=FASTA,
        gff=GFF,
    output:
        variants="results/store/variants.parquet",
    log:
        "logs/annotate.log",
    benchmark:
        "logs/benchmarks/annotate.tsv"
    conda:
        "../envs/evaluator.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        store=subpath(output.variants, parent=True),
        sources=option("clinvar", CLINVAR)
        + option("frequencies", FREQUENCIES)
        + option("fasta", FASTA)
        + option("gff", GFF),
        statistic=config.get("frequency_statistic", "population_max"),
    shell:
        "POLARS_MAX_THREADS={threads} nbseval annotate {params.store:q} {params.sources:q}"
        " --statistic {params.statistic} 2> {log:q}"
