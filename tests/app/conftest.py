"""A workspace with the demo, made once, and pages run on a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coverage.workspace import Workspace

Run = Callable[..., AppTest]


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demo workspace that nobody writes to."""
    home = tmp_path_factory.mktemp("demo")
    workspace = Workspace(home)
    workspace.make_demo()
    workspace.close()
    return home


@pytest.fixture
def home(demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the demo workspace that is this test's own, and make it the app's."""
    copy = tmp_path / "workspace"
    shutil.copytree(demo_home, copy)
    monkeypatch.setenv("PHUDIEN_HOME", str(copy))
    return copy


@pytest.fixture
def run(home: Path) -> Run:
    """Return a function that runs one page and gives it back; ``link`` sets the codes of its address."""

    def run_page(name: str, **link: str) -> AppTest:
        app = AppTest.from_string(f"import app; app.draw_page({name!r})", default_timeout=60)
        for key, value in link.items():
            app.query_params[key] = value
        return app.run()

    assert home.is_dir()
    return run_page
