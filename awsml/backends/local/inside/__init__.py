"""What runs on the job's side of the fence: standard library only, started as its own process."""
