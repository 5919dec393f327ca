"""The crash and fault campaign: the whole program at work while everything around it breaks.

``python -m chaos --seed N --minutes M`` runs what ``make run`` runs (Celery workers, beat,
PostgreSQL, Redis, the sandboxes over HTTP) at a stated scale of time, spoils calls, kills and
freezes processes, empties and restarts servers, edits the register and meddles in the shops by
hand, all by a plan that its seed makes. Then the faults end, the program gets two periods, and a
second opinion says what was doubled, lost, or is on sale against the rule. Loopback only.
"""
