"""Print jobs: the posters of many venues as one file."""
