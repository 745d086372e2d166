"""What `make build` runs: functions copied and compiled, the layer made of pinned wheels."""
