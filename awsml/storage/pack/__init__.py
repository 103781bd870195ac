"""Many small files into few large ones: RecordIO, WebDataset tars, or plain shards."""
