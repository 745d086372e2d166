"""What an auditor reads of verdicts and withdrawals: the one entry that may look at all of them, and may change none."""

from functions.oversight import routes as oversight
from functions.shared.http import Application

app = Application("oversight", [oversight.routes])
