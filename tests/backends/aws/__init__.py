"""Tests of the AWS backend, against the fake AWS and against Stubber."""
