"""GDAL as uploads may meet it: three drivers, and no way to the network or to another file.

GDAL chooses a driver by what a file holds, whatever its name says. Among its drivers are some whose files are
instructions (OGR_VRT, GDALG: "read that other file", on this disk or at an address) and clients of web services.
What an upload says must never be done by the server, so all but the drivers that read boundary files are struck off.
"""

from __future__ import annotations

from typing import Final

import pyogrio
from pyogrio._ogr import _register_drivers  # registers anew, minus what OGR_SKIP names; GDAL has no other way

DRIVERS: Final = frozenset({"ESRI Shapefile", "GPKG", "GeoJSON"})

_NO_NETWORK: Final = {
    # Nothing listens at port 0 and nothing can: every HTTP request of GDAL fails before it leaves the machine.
    "GDAL_HTTP_PROXY": "http://127.0.0.1:0",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "/vsicurl/none",  # the one file that /vsicurl may look for
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",  # what the SQL of views in a GeoPackage may reach
}


def confine_gdal() -> None:
    """
    Strike off every GDAL driver of this process but `DRIVERS`, and shut GDAL off from the network.

    Called before each boundary file is opened: something else in the process may have registered drivers since.

    Raises
    ------
    RuntimeError
        If GDAL has other drivers after that: then no file may be opened.
    """
    others = sorted(set(pyogrio.list_drivers()) - DRIVERS)
    if others:
        pyogrio.set_gdal_config_options({"OGR_SKIP": ",".join(others)})
        _register_drivers()
        if left := set(pyogrio.list_drivers()) - DRIVERS:
            raise RuntimeError(f"GDAL: {', '.join(sorted(left))}")
    pyogrio.set_gdal_config_options(_NO_NETWORK)
