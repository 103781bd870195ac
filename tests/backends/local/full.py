"""Runs a job whose model does not fit on the disk: `python -m tests.backends.local.full DIR`."""

import sys
from pathlib import Path

from awsml.errors import AwsmlError
from tests.backends.local.conftest import Workshop

SCRIPT = """
    import os, pathlib, time
    pathlib.Path("/opt/ml/checkpoints/step").write_text("1")
    time.sleep(1)
    pathlib.Path("/opt/ml/model/big").write_bytes(os.urandom(1_900_000))
"""

workshop = Workshop(Path(sys.argv[1]))
params = workshop.request(SCRIPT, CheckpointConfig={"S3Uri": "s3://results/ckpt/"})
try:
    print(workshop.run(params).end)
except AwsmlError as error:
    print(error.slug, error.message)
    sys.exit(error.exit_code)
