"""An endpoint on this machine: the front that speaks SageMaker's contract, and what serves."""
