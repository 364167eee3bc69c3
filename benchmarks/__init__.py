"""The project's figures, each measured against a peer or floor in the same run: `python -m benchmarks`."""
