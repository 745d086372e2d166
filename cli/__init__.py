"""The `epipass` command, one file a group."""
