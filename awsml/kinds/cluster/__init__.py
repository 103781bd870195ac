"""The `cluster` kind: no calls, a report on how many GPUs are worth having."""

from awsml.kinds.cluster.compile import compile_cluster, effective_cluster
from awsml.kinds.cluster.describe import describe_cluster
from awsml.kinds.cluster.files import cluster_files
from awsml.kinds.cluster.spec import ClusterSpec


class ClusterKind:
    """The contract of awsml.kinds.kind.Kind for GPU clusters."""

    name = "cluster"
    title = "a report on a GPU cluster"
    Spec = ClusterSpec
    describe = staticmethod(describe_cluster)
    compile = staticmethod(compile_cluster)
    effective = staticmethod(effective_cluster)
    files = staticmethod(cluster_files)


KIND = ClusterKind()
