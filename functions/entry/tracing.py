"""Who was there: asked by one registered person, approved by another."""

from functions.shared.http import Application
from functions.tracing import routes as tracing

app = Application("tracing", [tracing.routes])
