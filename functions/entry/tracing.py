"""Who was there: asked by one registered person, approved by another."""

from functions.shared.http import Application

app = Application("tracing", [])
