"""How many examples a fuzz test runs: a few that never change, or many that always do.

`HYPOTHESIS_PROFILE=long pytest tests/fuzz` is the campaign; `AWSML_FUZZ_EXAMPLES` says how many.
The everyday settings stand on each test, so that no other test of the session is changed by them.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
_UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

if LONG:
    fuzzing = settings(
        max_examples=int(os.environ.get("AWSML_FUZZ_EXAMPLES", "5000")),
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=_UNHURRIED,
    )
else:
    fuzzing = settings(
        max_examples=8,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=_UNHURRIED,
    )

# For what takes a tenth of a second a text: a whole scenario with all that is decided about it.
fuzzing_whole = settings(fuzzing, max_examples=max(3, fuzzing.max_examples // 4))
