"""The `training` kind: one CreateTrainingJob."""

from awsml.kinds.training.compile import compile_training
from awsml.kinds.training.describe import describe_training
from awsml.kinds.training.effective import effective_training
from awsml.kinds.training.files import training_files
from awsml.kinds.training.spec import TrainingSpec


class TrainingKind:
    """The contract of awsml.kinds.kind.Kind for training jobs."""

    name = "training"
    title = "a training job on SageMaker"
    Spec = TrainingSpec
    describe = staticmethod(describe_training)
    compile = staticmethod(compile_training)
    effective = staticmethod(effective_training)
    files = staticmethod(training_files)


KIND = TrainingKind()
