rule lint_panel:
    """Stop before any newborn is read when the panel holds a mistake."""
    input:
        panel=config["panel"],
        panel_files=PANEL_FILES,
    output:
        "results/panel/lint.txt",
    log:
        "logs/lint_panel.log",
    benchmark:
        "logs/benchmarks/lint_panel.tsv"
    localrule: True
    conda:
        "../envs/evaluator.yaml"
    shell:
        "nbseval panel lint {input.panel:q} > {output:q} 2> {log:q}"


rule panel_regions:
    """Derive the regions to read; extraction depends on these and not on every edit of the panel."""
    input:
        "results/panel/lint.txt",
        panel=config["panel"],
        panel_files=PANEL_FILES,
    output:
        "results/panel/regions.bed",
    log:
        "logs/panel_regions.log",
    benchmark:
        "logs/benchmarks/panel_regions.tsv"
    localrule: True
    conda:
        "../envs/evaluator.yaml"
    shell:
        "nbseval panel regions {input.panel:q} > {output:q} 2> {log:q}"
