"""What officers, units and venues do at a desk."""

from functions.audit import routes as audit
from functions.counters import routes as counters
from functions.gates import routes as gates
from functions.labs import routes as labs
from functions.matching import routes as matching
from functions.passes import routes as passes
from functions.scans import routes as scans
from functions.shared.http import Application
from functions.units import routes as units
from functions.venues import preset_routes as presets
from functions.venues import routes as venues
from functions.venues import scheme_routes as scheme

app = Application(
    "desk",
    [
        audit.routes,
        labs.routes,
        matching.routes,
        passes.desk_routes,
        units.routes,
        counters.routes,
        gates.routes,
        scans.desk_routes,
        venues.routes,
        presets.routes,
        scheme.routes,
    ],
)
