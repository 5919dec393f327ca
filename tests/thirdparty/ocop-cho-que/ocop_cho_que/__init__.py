"""Chợ Quê for ocop-sync: ``connector.py`` the verbs, ``client.py`` one call and its errors,
``mapping.py`` their JSON and our dataclasses, ``sandbox.py`` the floor for tests."""
