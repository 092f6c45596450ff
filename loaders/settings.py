"""The settings of a workspace: where it lives, its database, the background of its maps, its proxy, its cluster."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from geodata.boundary_closing import LARGEST_SLIVER_M, SLIVER_WIDTH_M
from geodata.errors import WorkspaceError, mark

HOME_VARIABLE: Final = "PHUDIEN_HOME"
DATABASE_FILE: Final = "phudien.db"
SETTINGS_FILE: Final = "settings.toml"
_KEYS: Final = ("database_url", "tiles_url", "language", "proxy_url", "cluster_address", "boundary_sliver_m")


@dataclass(frozen=True)
class Settings:
    """
    What an office can set, in ``settings.toml`` of its workspace or by ``PHUDIEN_…`` in the environment.

    Parameters
    ----------
    database_url
        ``postgresql+psycopg://…`` for a shared server; the workspace's own SQLite file where not set.
    tiles_url
        Tile background for maps, such as ``https://…/{z}/{x}/{y}.png``; none where not set.
    language
        Language to begin with, ``vi`` or ``en``.
    proxy_url
        Proxy by which boundaries are downloaded, such as ``http://proxy:3128``; where not set, the standard
        environment variables decide.
    cluster_address
        Scheduler of the Dask cluster on which ledgers are rolled up, such as ``tcp://192.168.1.20:8786``; this machine
        alone where not set.
    boundary_sliver_m
        Width in metres up to which overlaps and gaps of boundary layers are closed; 0 closes none.
    """

    database_url: str
    tiles_url: str | None = None
    language: str = "vi"
    proxy_url: str | None = None
    cluster_address: str | None = None
    boundary_sliver_m: float = SLIVER_WIDTH_M


def default_home() -> Path:
    """Return the workspace folder that `HOME_VARIABLE` names, else the user's data folder."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named) if named else user_data_path("phudien", appauthor=False)


def read_settings(home: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """
    Return the settings of the workspace in a folder.

    Raises
    ------
    WorkspaceError
        If ``settings.toml`` is no TOML or has a key that does not exist: a misspelt setting is never ignored.
    """
    file = home / SETTINGS_FILE
    values: dict[str, str] = {}
    if file.exists():
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WorkspaceError(
                "settings.unreadable",
                mark('The settings file "{file}" cannot be read: {reason}.'),
                file=str(file),
                reason=str(error),
            ) from error
    if unknown := sorted(set(values) - set(_KEYS)):
        raise WorkspaceError(
            "settings.key-unknown",
            mark('The settings file "{file}" has the key "{found}". Keys that exist: {allowed}.'),
            file=str(file),
            found=unknown[0],
            allowed=", ".join(_KEYS),
        )
    variables = os.environ if environment is None else environment
    for key in _KEYS:
        if value := variables.get(f"PHUDIEN_{key.upper()}"):
            values[key] = value
    return Settings(
        database_url=values.get("database_url") or f"sqlite:///{(home / DATABASE_FILE).as_posix()}",
        tiles_url=values.get("tiles_url"),
        language=values.get("language", "vi"),
        proxy_url=_proxy_of(values, file),
        cluster_address=values.get("cluster_address"),
        boundary_sliver_m=_sliver_of(values, file),
    )


def _sliver_of(values: Mapping[str, str], file: Path) -> float:
    text = values.get("boundary_sliver_m", SLIVER_WIDTH_M)
    try:
        width = float(text)
    except ValueError:
        width = -1.0
    if not 0 <= width <= LARGEST_SLIVER_M:
        raise WorkspaceError(
            "settings.sliver-unreadable",
            mark(
                'boundary_sliver_m in the settings file "{file}", or PHUDIEN_BOUNDARY_SLIVER_M, is "{found}". It is a '
                "width in metres from 0 to {largest}."
            ),
            file=str(file),
            found=str(text),
            largest=int(LARGEST_SLIVER_M),
        )
    return width


def _proxy_of(values: Mapping[str, str], file: Path) -> str | None:
    proxy_url = values.get("proxy_url")
    if proxy_url and not proxy_url.startswith(("http://", "https://")):
        raise WorkspaceError(
            "settings.proxy-unreadable",
            mark(
                'proxy_url in the settings file "{file}", or PHUDIEN_PROXY_URL, is no address of a proxy. It begins '
                "with http:// or https://, such as http://proxy:3128."
            ),
            file=str(file),
        )
    return proxy_url
