rule flag:
    """Decide for every newborn and gene row what is reportable, with the reasons."""
    input:
        batches=collect(
            "results/store/batches/batch-{number}/{table}.parquet",
            number=BATCHES,
            table=["newborns", "calls", "uncallable", "alleles", "special_loci", "parents", "structural"],
        ),
        variants="results/store/variants.parquet",
        samples=config["samples"],
        panel=config["panel"],
        panel_files=PANEL_FILES,
    output:
        parquet="results/findings.parquet",
    log:
        "logs/flag.log",
    benchmark:
        "logs/benchmarks/flag.tsv"
    conda:
        "../envs/evaluator.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        store=subpath(input.variants, parent=True),
    shell:
        "POLARS_MAX_THREADS={threads} nbseval flag {params.store:q} --panel {input.panel:q}"
        " --samples {input.samples:q}"
        " --out {output.parquet:q} 2> {log:q}"
