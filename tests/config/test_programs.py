"""PostgreSQL's programs, copied out of a private place, still find their shared libraries."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path

from config.postgres_place import MAJOR, MODULE, copied


def test_a_copy_of_the_programs_runs(tmp_path: Path) -> None:
    spec = find_spec(MODULE)
    assert spec is not None
    assert spec.submodule_search_locations
    tree = f"pginstall{MAJOR}"
    wheel = copied(Path(spec.submodule_search_locations[0]), tree, tmp_path)
    for name in ("initdb", "postgres"):
        said = subprocess.run(
            [wheel / tree / "bin" / name, "--version"], capture_output=True, text=True, check=False
        )
        assert said.returncode == 0, said.stderr
        assert f" {MAJOR}." in said.stdout
