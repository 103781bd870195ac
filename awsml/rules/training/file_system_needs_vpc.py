"""A channel reads from EFS or FSx for Lustre, and the job is in no VPC.

File systems are reached through a VPC of yours: the job needs subnets and security groups.

## Why
AWS refuses the request.

## Flagged
    InputDataConfig:
      - ChannelName: train
        DataSource:
          FileSystemDataSource:
            {FileSystemId: fs-0123456789abcdef0, FileSystemType: FSxLustre,
             FileSystemAccessMode: ro, DirectoryPath: /fsx/data}

## Preferred
    VpcConfig: {SecurityGroupIds: [sg-0123456789abcdef0], Subnets: [subnet-0123456789abcdef0]}
    InputDataConfig:
      - ChannelName: train
        DataSource:
          FileSystemDataSource:
            {FileSystemId: fs-0123456789abcdef0, FileSystemType: FSxLustre,
             FileSystemAccessMode: ro, DirectoryPath: /fsx/data}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html"


def check(job: Part) -> Problems:
    network = job["VpcConfig"]
    if network.exists:
        return
    for channel in job["InputDataConfig"].items:
        source = channel["DataSource.FileSystemDataSource"]
        if source.exists:
            yield Problem(
                source,
                "a file system is read, and the job is in no VPC",
                f"set `{network['Subnets']}` and `{network['SecurityGroupIds']}`",
            )
