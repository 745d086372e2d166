"""What officers, units and venues do at a desk."""

from functions.audit import routes as audit
from functions.labs import routes as labs
from functions.shared.http import Application
from functions.units import routes as units

app = Application("desk", [audit.routes, labs.routes, units.routes])
