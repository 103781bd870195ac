"""The fuzzing part: `pytest tests/fuzz` under hypothesis's profile `long`, and what it counted.

The contract with tests/fuzz: its conftest registers the profile `long` (chosen here with
`--hypothesis-profile long`), and where the environment variable AWSML_FUZZ_FIGURES names a file,
every test that is over appends one JSON line to it, in a single write:

    {"reader": "scenario files", "examples": 20000, "crashes": 0}

`reader` says in the reader's words what was read, `examples` how many inputs were tried, and
`crashes` how many of them ended in anything but a value or a clear error.
"""
