"""The page in a real browser: no error, nothing loaded, no sideways scrolling of the page itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs headless Chromium on PATH"),
]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--v=0",
)
# A page around the page: it measures, because our own page may run no script.
FRAME = """<!DOCTYPE html><title>measured</title><p id="width">not measured</p>
<iframe id="frame" src="page.html" style="border:0;width:{width}px;height:3000px"></iframe>
<script>
frame.onload = () => {{
  const root = frame.contentDocument.documentElement;
  const loaded = frame.contentWindow.performance.getEntriesByType("resource").length;
  const sizes = [root.scrollWidth, root.clientWidth, loaded];
  document.getElementById("width").textContent = "sizes " + sizes.join(" ");
}};
</script>"""


@pytest.fixture
def page(
    example_run: Path, repository: Path, nbseval: Callable[..., subprocess.CompletedProcess[str]]
) -> Path:
    """The example run's page."""
    panel, page = repository / "tests" / "report" / "example" / "panel", example_run / "page.html"
    report = nbseval("report", example_run / "results", "--panel", panel, "--out", page)
    assert report.returncode == 0, report.stderr
    return page


def browse(address: Path, profile: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Open a file and return the tree the browser made of it, and its log."""
    assert CHROMIUM is not None
    return subprocess.run(
        [CHROMIUM, *FLAGS, *flags, f"--user-data-dir={profile}", "--dump-dom", address.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def test_no_error_and_no_script(page: Path, tmp_path: Path) -> None:
    """The console stays silent, and a hostile name did not become an element."""
    done = browse(page, tmp_path / "profile")
    assert "CONSOLE" not in done.stderr
    assert "What is not known" in done.stdout
    assert "<script" not in done.stdout
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in done.stdout
    assert re.findall(r"""(?:src|href)=["']?https?:""", done.stdout) == []


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.usefixtures("page")
def test_fits_the_screen_and_loads_nothing(tmp_path: Path, width: int) -> None:
    """At desk and phone width only tables scroll sideways, never the page; nothing is fetched."""
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME.format(width=width), encoding="utf-8")
    done = browse(
        frame, tmp_path / "profile", "--allow-file-access-from-files", "--hide-scrollbars",
        "--window-size=1400,1000", "--virtual-time-budget=5000",
    )  # fmt: skip
    measured = re.search(r"sizes (\d+) (\d+) (\d+)", done.stdout)
    assert measured, done.stdout[:500]
    content, screen, resources = map(int, measured.groups())
    assert screen == width
    assert content <= screen
    assert resources == 0
