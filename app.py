"""Every room on one application: what runs on one machine, and what OpenAPI is made from."""

from functions.assisted import routes as assisted
from functions.audit import routes as audit
from functions.checkins import assisted_routes as assisted_checkins
from functions.checkins import routes as checkins
from functions.counters import routes as counters
from functions.coverage import routes as coverage
from functions.entry import about
from functions.gates import routes as gates
from functions.jobs import routes as jobs
from functions.labs import routes as labs
from functions.lookups import routes as lookups
from functions.matching import routes as matching
from functions.oversight import routes as oversight
from functions.passes import routes as passes
from functions.people import routes as people
from functions.printing import routes as printing
from functions.scans import routes as scans
from functions.shared.http import Application
from functions.tracing import routes as tracing
from functions.units import routes as units
from functions.venues import application_routes as applications
from functions.venues import code_routes as codes
from functions.venues import preset_routes as presets
from functions.venues import routes as venues
from functions.venues import scheme_routes as scheme

app = Application(
    "epipass",
    [
        about.routes,
        audit.routes,
        jobs.routes,
        labs.routes,
        lookups.routes,
        matching.routes,
        oversight.routes,
        passes.desk_routes,
        passes.me_routes,
        people.routes,
        units.routes,
        checkins.routes,
        assisted_checkins.routes,
        assisted.routes,
        counters.routes,
        coverage.routes,
        gates.guard,
        gates.public,
        gates.routes,
        scans.desk_routes,
        scans.routes,
        tracing.me_routes,
        tracing.routes,
        venues.public,
        venues.routes,
        codes.routes,
        presets.routes,
        scheme.routes,
        printing.routes,
        applications.public,
        applications.routes,
    ],
)
