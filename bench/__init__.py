"""Benchmarks: `python -m bench` prints ratios against a floor measured in the same run."""
