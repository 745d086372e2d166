"""What units and laboratories send, and what they ask about it."""

from functions.jobs import routes as jobs
from functions.shared.http import Application

app = Application("upload", [jobs.routes])
