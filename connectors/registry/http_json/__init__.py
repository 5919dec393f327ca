"""A registry that answers over HTTP with JSON (docs: "Registry API")."""
