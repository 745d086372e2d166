"""What a person with an enrolled device, and a guard or venue with a bound one, may ask."""

from functions.shared.http import Application

app = Application("holder", [])
