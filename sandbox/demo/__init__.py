"""The local demo: a registry, four marketplaces, shops on each, and the product between them.

``python -m sandbox.demo [--once]`` starts the sandboxes beside the program, connects the shops
at the first start as a person would (``accounts add``), records the office's starting decisions
(``sandbox/data``), and runs the product, which knows nothing of any of this: it talks to a
sandbox by a base URL, as to the real channel. State and anchor live in OCOP_HOME/demo.
"""
