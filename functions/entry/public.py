"""What anybody may ask, without a token or on the way to one."""

from functions.entry import about
from functions.gates import routes as gates
from functions.people import routes as people
from functions.shared.http import Application
from functions.venues import application_routes as applications
from functions.venues import routes as venues

app = Application("public", [about.routes, gates.public, people.routes, venues.public, applications.public])
