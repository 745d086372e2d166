"""What anybody may ask, without a token or on the way to one."""

from functions.entry import about
from functions.shared.http import Application

app = Application("public", [about.routes])
