"""What a camera reads on a picture: QR codes alone, for a decoder of every kind of code now and then sees one in mere print."""

from __future__ import annotations

from typing import Any

import zxingcpp

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def qr_codes(picture: Any) -> list[str]:
    """Return the texts of the QR codes on a picture (PIL, or an array of grey)."""
    return [str(found.text) for found in zxingcpp.read_barcodes(picture, QR)]
