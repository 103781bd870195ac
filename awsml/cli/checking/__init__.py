"""What `awsml validate` does with one file, and which findings count."""
