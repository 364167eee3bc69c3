"""The demo: the real bot beside the stand-in workspace, and the page that shows both."""
