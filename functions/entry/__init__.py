"""One Lambda entry for each trust domain: an entry mounts its own rooms and runs under its own role."""
