"""Who somebody says they are: identity documents and phones, checked by their own rules."""

from functions.shared.identity.documents import Document, DocumentFault, read_document
from functions.shared.identity.phones import PhoneFault, read_phone

__all__ = ["Document", "DocumentFault", "PhoneFault", "read_document", "read_phone"]
