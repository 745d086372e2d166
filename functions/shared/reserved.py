"""What belongs to the canary, and so to nobody (docs/operations.md): no officer, unit or laboratory can have these.

Ids hold a point, which no id in a request may, and sort before `~`, as every unit's must. No division code begins
with `00`, so no officer's area contains it. The document's type is refused wherever somebody says who they are.
"""

from __future__ import annotations

from typing import Final

CANARY_UNIT: Final = "canary.unit"
CANARY_LAB: Final = "canary.lab"
CANARY_AREA: Final = "000000"
CANARY_DOCUMENT: Final = "epipass-canary"
