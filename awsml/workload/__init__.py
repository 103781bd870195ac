"""What a job does, in numbers, a module a kind: all that estimators need to know of a scenario."""
