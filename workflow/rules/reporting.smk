rule page:
    """Write the committee's page: what was screened, what was found, what is not known."""
    input:
        findings="results/findings.parquet",
        accuracy=rules.accuracy.output if OUTCOMES else [],
        referrals=rules.route.output if NETWORK else [],
        samples=config["samples"],
        panel=config["panel"],
        panel_files=PANEL_FILES,
    output:
        html=report("results/report.html", caption="../report/report.rst", category="Results"),
        xlsx="results/report.xlsx",
    log:
        "logs/page.log",
    benchmark:
        "logs/benchmarks/page.tsv"
    conda:
        "../envs/evaluator.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        results=subpath(output.html, parent=True),
    shell:
        "POLARS_MAX_THREADS={threads} nbseval report {params.results:q} --panel {input.panel:q}"
        " --samples {input.samples:q} --out {output.html:q} --xlsx {output.xlsx:q} > {log:q} 2>&1"
