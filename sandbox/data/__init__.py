"""The demo's starting facts: who owns which shop, and what the office decided."""
