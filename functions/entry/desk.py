"""What officers, units and venues do at a desk."""

from functions.audit import routes as audit
from functions.shared.http import Application

app = Application("desk", [audit.routes])
