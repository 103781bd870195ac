"""Facts about AWS: data files and look-up."""
