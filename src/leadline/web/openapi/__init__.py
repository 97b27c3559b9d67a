"""The description of the API (OpenAPI 3.1), made from the handlers, the dataclasses they answer with, and a table of the rest."""

from leadline.web.openapi.document import describe

__all__ = ["describe"]
