"""Venue codes and their posters: made, replaced, printed one by one or by the thousand, seen on a walk."""

from functions.printing import routes as printing
from functions.shared.http import Application
from functions.venues import code_routes as codes

app = Application("posters", [codes.routes, printing.routes])
