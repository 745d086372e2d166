"""Laboratories 检测机构: who may upload results, each under its own name only."""
