"""The one door to AWS: session, retries, error translation."""
