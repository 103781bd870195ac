"""The `endpoint` kind: a model behind HTTPS, its scaling, and its end."""

from awsml.kinds.effective import effective_values
from awsml.kinds.endpoint.compile import compile_endpoint
from awsml.kinds.endpoint.describe import describe_endpoint
from awsml.kinds.endpoint.files import endpoint_files
from awsml.kinds.endpoint.spec import EndpointSpec


class EndpointKind:
    """The contract of awsml.kinds.kind.Kind for real-time endpoints."""

    name = "endpoint"
    title = "a real-time endpoint on SageMaker"
    Spec = EndpointSpec
    describe = staticmethod(describe_endpoint)
    compile = staticmethod(compile_endpoint)
    effective = staticmethod(effective_values)
    files = staticmethod(endpoint_files)


KIND = EndpointKind()
