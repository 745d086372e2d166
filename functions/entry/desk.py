"""What officers, units and venues do at a desk."""

from functions.shared.http import Application

app = Application("desk", [])
