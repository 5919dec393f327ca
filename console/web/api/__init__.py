"""``/api/v1``: the same functions as the command line, for programs. A file a subject; who may is
in ``access``, doing a thing once in ``once``, pages in ``paging``, the document in ``document``."""

from console.web.api import explain, halt, holds, plan, push, runs, status

ROUTERS = tuple(part.router for part in (status, explain, plan, push, runs, holds, halt))
