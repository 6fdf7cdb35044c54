"""Benchmarks: `make bench` measures and writes docs/benchmarks.md. `bench/section.py` says how to add a section."""
