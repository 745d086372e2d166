"""Units 单位: employers whose staff may be entitled to a pass."""
