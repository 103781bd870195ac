"""The object store over HTTP on loopback, with the S3 calls that boto3 and its kin make."""

from awsml.storage.server.conditions import Conditions, Fault
from awsml.storage.server.server import ObjectServer

__all__ = ["Conditions", "Fault", "ObjectServer"]
