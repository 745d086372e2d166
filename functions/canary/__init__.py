"""The canary: an invented person whose result is corrected again and again, to measure when the door knew."""
