"""Objects: s3:// fetchers, the object store, manifests, RecordIO, probe, pack."""
