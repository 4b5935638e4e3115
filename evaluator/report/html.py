"""Draw the page as one self-contained HTML file: no script, no request to any network."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from evaluator import __version__
from evaluator.report.model import Page


def as_html(page: Page) -> str:
    """Render the page; every text is escaped, and only the drawings are trusted markup."""
    environment = Environment(
        loader=PackageLoader("evaluator.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = environment.loader.get_source(environment, "page.css")[0] if environment.loader else ""
    return environment.get_template("page.html.j2").render(page=page, style=style, version=__version__) + "\n"
