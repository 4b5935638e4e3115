"""One view model, drawn as terminal text and as one self-contained HTML page."""
