"""An object store in a folder: buckets, keys, uploads, in S3's order and with S3's errors."""
