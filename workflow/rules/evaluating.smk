rule accuracy:
    """Measure how accurate the screen was against the outcomes that are known."""
    input:
        findings="results/findings.parquet",
        samples=config["samples"],
        outcomes=OUTCOMES,
        conventional=CONVENTIONAL,
        reviews=REVIEWS,
        registry=REGISTRY,
        panel=config["panel"],
        panel_files=PANEL_FILES,
    output:
        json=report(
            "results/accuracy.json",
            caption="../report/accuracy.rst",
            category="Results",
        ),
        ledger="results/ledger.parquet",
    log:
        "logs/accuracy.log",
    benchmark:
        "logs/benchmarks/accuracy.tsv"
    conda:
        "../envs/evaluator.yaml"
    threads: 2
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        files=option("outcomes", OUTCOMES)
        + option("conventional", CONVENTIONAL)
        + option("reviews", REVIEWS)
        + option("registry", REGISTRY),
        by=option("by", config["accuracy"]["by"]),
        definition=config["accuracy"]["definition"],
        index=config["accuracy"]["index"],
        interval=config["accuracy"]["interval"],
    shell:
        "POLARS_MAX_THREADS={threads} nbseval accuracy {input.findings:q} --panel {input.panel:q}"
        " --samples {input.samples:q} {params.files:q} {params.by:q} --definition {params.definition}"
        " --index {params.index} --interval {params.interval} --format json"
        " --out {output.json:q} --ledger {output.ledger:q} 2> {log:q}"


rule route:
    """Propose a pathway and a unit for every positive; a person accepts."""
    input:
        findings="results/findings.parquet",
        samples=config["samples"],
        reviews=REVIEWS,
        panel=config["panel"],
        panel_files=PANEL_FILES,
        network=[str(path) for folder in NETWORK for path in sorted(Path(folder).iterdir())],
    output:
        multiext(
            "results/referrals/",
            csv="routes.csv",
            json="routes.json",
            parquet="referrals.parquet",
            audit="audit.jsonl",
        ),
    log:
        "logs/route.log",
    benchmark:
        "logs/benchmarks/route.tsv"
    conda:
        "../envs/evaluator.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        files=option("network", NETWORK) + option("reviews", REVIEWS),
        out=subpath(output.csv, parent=True),
    shell:
        "POLARS_MAX_THREADS={threads} nbseval route {input.findings:q} --samples {input.samples:q}"
        " --panel {input.panel:q} {params.files:q} --out {params.out:q} > {log:q} 2>&1"
