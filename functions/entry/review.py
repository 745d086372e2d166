"""Applications for venues, as officers and workers handle them, and as a venue corrects its own."""

from functions.shared.http import Application
from functions.venues import application_routes as applications

app = Application("review", [applications.routes])
