"""Serve an ASGI app on loopback: in a thread for tests, in the foreground for a process."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

HOST = "127.0.0.1"


def _config(app: Any, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=HOST,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_keep_alive=75,
        # an app under a turned clock writes its own Date, which must not stand beside this one's
        date_header=not getattr(app, "tells_the_time", False),
    )


@contextlib.contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve ``app`` on a free port in a thread; yields its base URL (no trailing slash)."""
    # The protocol is named, because asyncio sends small answers at once only where it is (else a
    # call waits 40 ms for the other side's delayed acknowledgement).
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind((HOST, 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(_config(app, port))
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name=f"sandbox-{port}", daemon=True
        )
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                raise RuntimeError(f"the sandbox did not start on port {port}")
            threading.Event().wait(0.01)
        try:
            yield f"http://{HOST}:{port}"
        finally:
            server.should_exit = True
            thread.join(10)


def serve_forever(app: Any, port: int) -> None:
    """Serve ``app`` in the foreground until a signal ends the process."""
    uvicorn.Server(_config(app, port)).run()
