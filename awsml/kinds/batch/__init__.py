"""The `batch` kind: a job definition and its jobs; infrastructure as a CloudFormation stack."""

from awsml.kinds.batch.compile import compile_batch
from awsml.kinds.batch.describe import describe_batch
from awsml.kinds.batch.files import batch_files
from awsml.kinds.batch.spec import BatchSpec
from awsml.kinds.effective import effective_values


class BatchKind:
    """The contract of awsml.kinds.kind.Kind for jobs on AWS Batch."""

    name = "batch"
    title = "a job on AWS Batch"
    Spec = BatchSpec
    describe = staticmethod(describe_batch)
    compile = staticmethod(compile_batch)
    effective = staticmethod(effective_values)
    files = staticmethod(batch_files)


KIND = BatchKind()
