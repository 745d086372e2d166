"""For people without a phone: check-ins that somebody makes for them, their cards, and who is known at a door."""

from functions.assisted import routes as assisted
from functions.checkins import assisted_routes as checkins
from functions.shared.http import Application

app = Application("assisted", [checkins.routes, assisted.routes])
