"""Structural calls of invented newborns as records of a VCF."""

from __future__ import annotations

from known import Row

HEADER = (
    '##ALT=<ID=DEL,Description="Deletion">\n'
    '##ALT=<ID=DUP,Description="Duplication">\n'
    '##ALT=<ID=CNV,Description="Copy number">\n'
    '##INFO=<ID=END,Number=1,Type=Integer,Description="Last base">\n'
    '##INFO=<ID=CIPOS,Number=2,Type=Integer,Description="Confidence interval of POS">\n'
    '##INFO=<ID=CIEND,Number=2,Type=Integer,Description="Confidence interval of END">\n'
    '##FORMAT=<ID=FT,Number=1,Type=String,Description="Filter of the sample">\n'
    '##FORMAT=<ID=CN,Number=1,Type=Integer,Description="Copy number">\n'
)


def structural_record(call: Row) -> str:
    """Write one structural call; its position is that of the base before, as in a VCF."""
    info = (
        f"END={call['end']};CIPOS={call['cipos_low']},{call['cipos_high']}"
        f";CIEND={call['ciend_low']},{call['ciend_high']}"
    )
    quality, copies = call["genotype_quality"], call["copy_number"]
    values = (
        _genotype(call),
        "." if quality is None else str(int(quality)),
        call["phase_set"] or ".",
        call["sample_filters"] or ".",
        "." if copies is None else str(copies),
    )
    place = (call["contig"], str(call["position"]), ".", call["source_ref"], call["source_alts"])
    return "\t".join((*place, ".", call["filters"], info, "GT:GQ:PS:FT:CN", ":".join(values))) + "\n"


def _genotype(call: Row) -> str:
    called, missing = call["copies"], call["missing"]
    words = ["1"] * called + ["."] * missing + ["0"] * (call["ploidy"] - called - missing)
    if call["haplotype"] == 1:
        words.reverse()
    return ("|" if call["phased"] else "/").join(words)
