"""What the service says about itself."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from functions.shared.http import JSON, Answer, Request, Routes

routes = Routes("about")
VERSION = "1"


class Health(msgspec.Struct, frozen=True):
    """The answer of a service that stands."""

    ok: bool


@routes.get("/health", roles={"public"}, answer=Health, summary="200 once everything is deployed")
def health(_request: Request) -> Health:
    """Answer that the service stands; it looks at no table, so that a probe costs nothing."""
    return Health(ok=True)


@routes.get("/openapi.json", roles={"public"}, summary="This interface, as OpenAPI 3.1")
def openapi(_request: Request) -> Answer:
    """Answer the description of every route, made from the routes themselves."""
    return Answer(_document(), content_type=JSON, headers={"Cache-Control": "public, max-age=300"})


@lru_cache(maxsize=1)
def _document() -> bytes:
    # Imported when asked for: no other public route should pay for every room.
    from app import app  # noqa: PLC0415
    from functions.shared import openapi as description  # noqa: PLC0415

    return msgspec.json.encode(description.document(app.declared, version=VERSION))
