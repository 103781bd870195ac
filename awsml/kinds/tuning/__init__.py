"""The `tuning` kind: one CreateHyperParameterTuningJob."""

from awsml.kinds.tuning.compile import compile_tuning
from awsml.kinds.tuning.describe import describe_tuning
from awsml.kinds.tuning.effective import effective_tuning
from awsml.kinds.tuning.files import tuning_files
from awsml.kinds.tuning.spec import TuningSpec


class TuningKind:
    """The contract of awsml.kinds.kind.Kind for tuning jobs."""

    name = "tuning"
    title = "a hyperparameter tuning job on SageMaker"
    Spec = TuningSpec
    describe = staticmethod(describe_tuning)
    compile = staticmethod(compile_tuning)
    effective = staticmethod(effective_tuning)
    files = staticmethod(tuning_files)


KIND = TuningKind()
