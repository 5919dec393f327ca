"""The package beside is another project: it is built and tested as one, by test_cho_que.py."""

collect_ignore = ["ocop-cho-que"]
