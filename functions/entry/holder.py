"""What a person with an enrolled device, and a guard or venue with a bound one, may ask."""

from functions.checkins import routes as checkins
from functions.gates import routes as gates
from functions.lookups import routes as lookups
from functions.passes import routes as passes
from functions.scans import routes as scans
from functions.shared.http import Application
from functions.tracing import routes as tracing

app = Application(
    "holder",
    [checkins.routes, gates.guard, lookups.routes, passes.me_routes, scans.routes, tracing.me_routes],
)
