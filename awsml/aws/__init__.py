"""The one door to AWS: session, clients, retries, and errors that carry a hint."""
