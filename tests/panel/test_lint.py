"""Every problem of a panel is told at once, with its file and line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluator.panel.lint import lint

Edit = Callable[[str, str, str], None]
REAL = sorted(path.parent for path in (Path(__file__).parents[2] / "panel").glob("*/panel.yaml"))
SMALL = Path(__file__).parent / "panels" / "small"

# file, text, replacement, line of the problem, what it says
SINGLE = [
    ("panel.yaml", "status: draft", "status: final", 4, "status 'final' is not one of 'draft'"),
    ("panel.yaml", 'version: "1"\nstatus', "version: 2026.10\nstatus", 3, "write it in quotes"),
    ("panel.yaml", "genome_build: GRCh38", "genome_build: hg38", 5, "not one of 'GRCh38' or 'GRCh37'"),
    ("panel.yaml", "genome_build: GRCh38", "genome_build: GRCh37", 5, "no gene models for GRCh37"),
    ("panel.yaml", "jurisdiction:", "juristiction:", 6, "unknown key 'juristiction'"),
    ("panel.yaml", "id: small\n", "", 1, "id is not given"),
    ("panel.yaml", "id: small", "id: Small Panel", 1, "id 'Small Panel'"),
    ("panel.yaml", "2026-11-22", "last week", 11, "sources.0.retrieved 'last week'"),
    ("panel.yaml", "id: small", "id: [small", 2, "is not valid YAML"),
    ("panel.yaml", "id: small", "id: small\nid: large", 2, "key 'id' stands twice, first at line 1"),
    ("criteria.yaml", "generation-study", "generation-studies", 2, "preset 'generation-studies'"),
    ("criteria.yaml", "min_depth: 12", 'min_depth: "12"', 3, "quality.min_depth '12' must be a whole number"),
    ("criteria.yaml", "min_depth: 12", "min_dept: 12", 3, "unknown key 'quality.min_dept'"),
    ("criteria.yaml", "min_stars: 1", "min_stars: 5", 5, "known_pathogenic.min_stars 5"),
    ("pathways.yaml", "class: P", "class: X", 6, "pathways.respiratory.urgency.class 'X'"),
    ("pathways.yaml", "route_order", "route", 11, "unknown key 'pathways.respiratory.route'"),
    ("pathways.yaml", "[CFTR, CSF2RA]", "[CFTR, CSF2R]", 4, "did you mean CSF2RA"),
    ("pathways.yaml", "[2, 14]", "[14, 2]", 14, "risk_window_days must be [first, last]"),
    ("pathways.yaml", "saturday, ", "saterday, ", 8, "do_not_tell_days.1 'saterday'"),
    ("pathways.yaml", "kind: biochem", "kind: chemistry", 10, "kind 'chemistry'"),
    ("conditions.tsv", "\tmade for tests\t", "\t\t", 2, "has no prevalence_source"),
    ("conditions.tsv", "made for tests\trespiratory", "made for tests\tbreathing", 2, "pathway 'breathing'"),
    ("conditions.tsv", "", "new-condition\tNew\tmetabolic\n", 10, "'new-condition' has no gene row"),
    ("conditions.tsv", "", "retinoblastoma\tAgain\toncology\n", 10, "same condition as line 6"),
    ("genes.tsv", "retinoblastoma\tRB1", "retinoblastom\tRB1", 7, "did you mean retinoblastoma?"),
    ("genes.tsv", "\tRB1\t", "\tRB2\t", 7, "gene 'RB2' is not in the gene models of GRCh38; did you mean"),
    ("genes.tsv", "HGNC:9884", "HGNC:9885", 7, "is not the id of RB1, which is HGNC:9884"),
    ("genes.tsv", "NM_000321.3", "NM_000321.2", 7, "transcript 'NM_000321.2' is not the one"),
    ("genes.tsv", "NM_000531.6\tXLR", "NM_000531.6\tAR", 8, "inheritance AR cannot be: OTC lies on chrX"),
    ("genes.tsv", "NM_172245.4\tAR", "NM_172245.4\tXLR", 9, "pseudo-autosomal region of chrX, so AD or AR"),
    ("genes.tsv", "NM_000321.3\tAD", "NM_000321.3\tXLD", 7, "RB1 lies on chr13, so AD or AR"),
    ("genes.tsv", "HGNC:7470\t\tMT", "HGNC:7470\t\tAD", 10, "MT-RNR1 lies on chrM, so MT"),
    ("genes.tsv", "lof\tall\t\t0.01", "lof\tall\t\t1.01", 2, "max_frequency '1.01' is outside 0 to 1"),
    ("genes.tsv", "retinoblastoma\tRB1\t", "retinoblastoma\t\t", 7, "gene is empty"),
    ("alleles.tsv", "chrM\t1555", "MT\t1555", 6, "contig 'MT' is not a contig of GRCh38; write chrM"),
    (
        "alleles.tsv",
        "chrM\t1555",
        "HLA\t1555",
        6,
        "contig 'HLA' is not a contig of GRCh38; it is one of chr1",
    ),
    ("alleles.tsv", "chrM\t1555", "chrM\t16570", 6, "past the end of chrM, which has 16569 bases"),
    ("alleles.tsv", "1555\tA\tG", "1555\tG\tG", 6, "ref and alt are both G"),
    ("alleles.tsv", "\tATCT\tA\t", "\tATCTA\tAA\t", 2, "is not minimal; write chr7-117559590-ATCT-A"),
    ("alleles.tsv", "1282704", "1270000", 7, "lies 12703 bases from the coding bases of CSF2RA"),
    ("alleles.tsv", "chrX\t1282704", "chr2\t1282704", 7, "lies on chr2, but CSF2RA lies on chrX"),
    ("alleles.tsv", "chrM\t1555\tA\tG\tMT-RNR1", "chrM\t1555\tA\tG\tMT-RNR2", 6, "'MT-RNR2' has no gene row"),
    ("alleles.tsv", "", "chr7\t117559590\tG\tA\tCFTR\tallow\t\t\tx\n", 8, "contradicts ref ATCT at line 2"),
    (
        "alleles.tsv",
        "partial-biotinidase\tAR",
        "partial-biotinidas\tAR",
        5,
        "did you mean partial-biotinidase",
    ),
    ("alleles.tsv", "partial-biotinidase\tAR", "partial-biotinidase\tAD", 5, "would never apply"),
    (
        "alleles.tsv",
        "partial-biotinidase\tAR",
        "\tAR",
        5,
        "on the allow list here and on the deny list at line 4",
    ),
    (
        "diplotypes.tsv",
        "reportable as partial-",
        "reportable as mild-",
        3,
        "'mild-biotinidase', which is not on",
    ),
    ("diplotypes.tsv", "reportable as partial-biotinidase", "reportable as retinoblastoma", 3, "no place"),
    ("diplotypes.tsv", "not reportable", "ignored", 2, "verdict 'ignored' is not one of reportable, not"),
    ("diplotypes.tsv", "+chr7-117548628", " chr7-117548628", 4, "allele_1"),
    ("diplotypes.tsv", "+chr7-117548628-GTT-G", "+any", 4, "any stands alone"),
    ("diplotypes.tsv", "+chr7-117548628-GTT-G", "+five_t", 4, "is no allele and no set of CFTR"),
    ("diplotypes.tsv", "+chr7-117548628-GTT-G", "+chr7-117530975-G-A", 4, "names an allele or a set twice"),
    ("diplotypes.tsv", "+chr7-117548628-GTT-G", "+chr7-117548628-GTT-GT", 4, "write chr7-117548628-GT-G"),
    ("diplotypes.tsv", "", "BTD\tany\tchr3-15645186-G-C\treportable\n", 5, "stands at line 3"),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "words"), SINGLE, ids=lambda value: str(value)[:24])
def test_a_mistake_is_told_where_it_stands(
    folder: Path, edit: Edit, file: str, old: str, new: str, line: int, words: str
) -> None:
    """Each mistake is named in its own file, at its own line, in words that help."""
    edit(file, old, new)
    told = [problem for problem in lint(folder) if words in problem.message]
    assert [(Path(problem.file).name, problem.line) for problem in told] == [(file, line)], lint(folder)


def test_the_small_panel_is_sound() -> None:
    """A panel without a mistake has no problem."""
    assert lint(SMALL) == []


@pytest.mark.parametrize("panel", REAL, ids=lambda path: path.name)
def test_supplied_panels_are_sound(panel: Path) -> None:
    """Every panel that comes with the software passes."""
    assert [str(problem) for problem in lint(panel)] == []


def test_ten_planted_mistakes_are_told_at_once(folder: Path, edit: Edit) -> None:
    """A wrong column and bad cells hide none of the other mistakes."""
    edit("conditions.tsv", "prevalence_source\tpathway", "prevalence_sauce\tpathway")  # wrong column
    edit(
        "conditions.tsv", "Cystic fibrosis\trespiratory\t40", "Cystic fibrosis\trespiratory\tmany"
    )  # bad number
    edit("genes.tsv", "NM_000531.6\tXLR", "NM_000531.6\tXL?")  # unknown inheritance
    edit("genes.tsv", "\tRB1\t", "\tRB1X\t")  # unknown gene
    edit("genes.tsv", "", "cystic-fibrosis\tCFTR\t\t\tAR\n")  # duplicate row
    edit("genes.tsv", "", "no-such-condition\tADA\t\t\tAR\n")  # dangling condition
    edit("genes.tsv", "", "\tADA\t\t\tAR\n")  # empty key
    edit("alleles.tsv", "1555\tA\tG", "1555\tA\tA")  # REF equal to ALT
    edit("alleles.tsv", "", "chr7\t117559590\tATCT\tA\tCFTR\tdeny\n")  # deny and allow of one allele
    edit("criteria.yaml", "min_stars", "min_starz")  # unknown key in YAML
    told = {(Path(problem.file).name, problem.line): problem.message for problem in lint(folder)}
    expected = {
        ("conditions.tsv", 1): "unknown column 'prevalence_sauce'",
        ("conditions.tsv", 2): "birth_prevalence_per_100k 'many' is not a number",
        ("genes.tsv", 8): "inheritance 'XL?' is not one of AD, AR, XLD, XLR, MT",
        ("genes.tsv", 7): "gene 'RB1X' is not in the gene models",
        ("genes.tsv", 11): "same condition + gene + inheritance as line 2",
        ("genes.tsv", 12): "condition 'no-such-condition' is not in the table of conditions",
        ("genes.tsv", 13): "condition is empty",
        ("alleles.tsv", 6): "ref and alt are both A",
        ("alleles.tsv", 8): "on the deny list here and on the allow list at line 2",
        ("criteria.yaml", 5): "unknown key 'known_pathogenic.min_starz'",
    }
    assert set(told) == set(expected)
    for place, words in expected.items():
        assert words in "\n".join(
            problem.message for problem in lint(folder) if (Path(problem.file).name, problem.line) == place
        )


def test_an_overridden_scope_is_no_conflict() -> None:
    """One allele may be denied for one condition and allowed for another."""
    text = (SMALL / "alleles.tsv").read_text(encoding="utf-8")
    assert len(re.findall(r"chr3\t15645186\tG\tC\tBTD\t(?:deny|allow)", text)) == 2
    assert lint(SMALL) == []


@pytest.mark.parametrize("file", ["panel.yaml", "criteria.yaml", "pathways.yaml", "genes.tsv", "alleles.tsv"])
def test_a_missing_file_is_told_once(folder: Path, file: str) -> None:
    """A missing file is one problem, without blaming what refers to it."""
    (folder / file).unlink()
    assert [(Path(problem.file).name, "does not exist" in problem.message) for problem in lint(folder)] == [
        (file, True)
    ]


def test_diplotypes_may_be_absent(folder: Path) -> None:
    """A panel needs no diplotype rules."""
    (folder / "diplotypes.tsv").unlink()
    assert lint(folder) == []


def test_a_stray_file_is_named(folder: Path) -> None:
    """A misspelt file name would drop its content in silence."""
    (folder / "diplotypes.tsv").rename(folder / "diplotype.tsv")
    (folder / "rounds").mkdir()
    (folder / "CHANGELOG.md").write_text("1\n", encoding="utf-8")
    assert [problem.message for problem in lint(folder)] == [
        "nobody reads this file; did you mean diplotypes.tsv?"
    ]


def test_tables_may_be_csv_but_not_twice(folder: Path) -> None:
    """A table saved as CSV is read; beside a TSV of the same name it is a problem."""
    text = (folder / "diplotypes.tsv").read_text(encoding="utf-8")
    (folder / "diplotypes.csv").write_text(text.replace("\t", ","), encoding="utf-8")
    assert ["remove one of the two" in problem.message for problem in lint(folder)] == [True]
    (folder / "diplotypes.tsv").unlink()
    assert lint(folder) == []


def test_a_mistake_in_panel_yaml_hides_no_gene(folder: Path, edit: Edit) -> None:
    """Genes are checked although panel.yaml is wrong elsewhere."""
    edit("panel.yaml", "status: draft", "status: finished")
    edit("genes.tsv", "\tRB1\t", "\tRB2\t")
    assert {Path(problem.file).name for problem in lint(folder)} == {"panel.yaml", "genes.tsv"}


def test_no_folder_is_one_problem(tmp_path: Path) -> None:
    """A path that is no folder is said to be none, and its files are not missed one by one."""
    (problem,) = lint(tmp_path / "nowhere")
    assert "is no folder" in problem.message


STRUCTURAL = [
    ("N\t<DEL>\t117519392", ""),
    ("C\t<DUP>\t117519392", ""),
    ("N\t<DEL>\t", "alt <DEL> needs end"),
    ("CT\t<DEL>\t117519392", "ref of <DEL> is the one base at position, or N"),
    ("N\t<DEL>\t117498312", "end 117498312 does not lie after position 117498312"),
    ("N\t<DEL>\t199000000", "is past the end of chr7"),
    ("N\t<INV>\t117519392", "A, C, G and T, or <DEL> or <DUP> for a structural allele"),
    ("N\tA\t", "ref N belongs to a structural allele only"),
    ("C\tA\t117498312", "end belongs to <DEL> and <DUP> only"),
]


@pytest.mark.parametrize(("written", "words"), STRUCTURAL, ids=lambda value: value.replace("\t", " ")[:28])
def test_a_structural_allele_has_its_ends(folder: Path, written: str, words: str) -> None:
    """A deletion or duplication is listed as a VCF writes it, with its last base in `end`."""
    rows = "contig\tposition\tref\talt\tend\tgene\tlist\n" + f"chr7\t117498312\t{written}\tCFTR\tallow\n"
    (folder / "alleles.tsv").write_text(rows, encoding="utf-8")
    told = [
        (problem.line, problem.message) for problem in lint(folder) if problem.file.endswith("alleles.tsv")
    ]
    assert [line for line, _ in told] == ([2] if words else [])
    assert all(words in message for _, message in told)


def test_a_diplotype_rule_may_name_a_deletion(folder: Path, edit: Edit) -> None:
    """A rule names a structural allele as findings do; one that ends before it begins cannot be."""
    edit("diplotypes.tsv", "", "CFTR\tany\tchr7-117498312-DEL-117519392\treportable\n")
    assert lint(folder) == []
    edit("diplotypes.tsv", "DEL-117519392", "DEL-117498312")
    assert ["ends before it begins" in problem.message for problem in lint(folder)] == [True]
