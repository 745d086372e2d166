"""Who should have a code and has none: the register, who is not scanned, and the walks to them."""

from functions.coverage import routes as coverage
from functions.shared.http import Application

app = Application("coverage", [coverage.routes])
