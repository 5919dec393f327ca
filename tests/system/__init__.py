"""The whole program as its users run it: real processes, servers, HTTP; slow, so last."""
