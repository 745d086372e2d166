"""Every room on one application: what runs on one machine, and what OpenAPI is made from."""

from functions.audit import routes as audit
from functions.entry import about
from functions.shared.http import Application

app = Application("epipass", [about.routes, audit.routes])
