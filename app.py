"""Every room on one application: what runs on one machine, and what OpenAPI is made from."""

from functions.audit import routes as audit
from functions.entry import about
from functions.jobs import routes as jobs
from functions.labs import routes as labs
from functions.shared.http import Application
from functions.units import routes as units

app = Application("epipass", [about.routes, audit.routes, jobs.routes, labs.routes, units.routes])
