"""Pages, files and API for everybody: they read what is published and nothing else (0.15)."""
