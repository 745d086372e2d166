"""What units and laboratories send, and what they ask about it."""

from functions.shared.http import Application

app = Application("upload", [])
