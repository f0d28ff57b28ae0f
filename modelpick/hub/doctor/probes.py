"""All probes of the doctor, in order: what a later one needs stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from modelpick.hub.client import HubClient
from modelpick.hub.doctor import machine, network, routes
from modelpick.hub.doctor.probe import Check, Probe, Visit, examine
from modelpick.hub.ids import check_repo_id
from modelpick.hub.settings import Settings, Timeouts, read_settings
from modelpick.progress import Listener

KNOWN = "sentence-transformers/all-MiniLM-L6-v2"
"""A model that most mirrors have, with small files and large ones."""

_LONGEST_FILE = 60.0
"""Seconds for the first byte of a file, at most: variables may allow many minutes."""
_API, _FILE, _DISK, _IMPORT = 45.0, 150.0, 15.0, 75.0  # seconds of one probe, tries included

PROBES: tuple[Probe, ...] = (
    Probe("offline-mode", network.offline_mode, _DISK),
    Probe("proxy", network.proxy, _DISK),
    Probe("endpoint", network.endpoint, _API),
    Probe("certificate", network.certificate, _DISK),
    Probe("token", network.token, _API, ("endpoint",)),
    Probe("info-route", routes.info_route, _API, ("endpoint",)),
    Probe("files", routes.files, _DISK, ("info-route",)),
    Probe("expand", routes.expand, _API, ("info-route",)),
    Probe("list-route", routes.list_route, _API, ("endpoint",)),
    Probe("paging", routes.paging, _API, ("endpoint", "list-route")),
    Probe("file-headers", routes.file_headers, _FILE, ("info-route",)),
    Probe("file-parts", routes.file_parts, _FILE, ("info-route",)),
    Probe("weights", routes.weights, _FILE, ("info-route",)),
    Probe("cache", machine.cache, _DISK),
    Probe("links", machine.links, _DISK, ("cache",)),
    Probe("disk", machine.disk, _DISK, ("cache",)),
    Probe("own-folder", machine.own_place, _DISK),
    Probe("index", machine.index, _DISK),
    Probe("packages", machine.packages, _DISK),
    Probe("torchvision", machine.torchvision, _IMPORT),
)


def visit_endpoint(repo_id: str, endpoint: str | None, listener: Listener) -> tuple[Settings, Iterator[Check]]:
    """The settings that the environment gives, and what each probe finds, as it is found.

    Args:
        repo_id: The model that the endpoint is asked about.
        endpoint: The Hub to ask, instead of `HF_ENDPOINT` or huggingface.co.
        listener: Hears of progress.

    Raises:
        UsageError: The id, the endpoint or a variable of the environment is malformed.
    """
    check_repo_id(repo_id)
    settings = read_settings(endpoint)
    given = settings.timeouts
    timeouts = Timeouts(
        connect=6.0,
        read=8.0,
        silence=12.0,
        answer=15.0,
        file=min(given.file, _LONGEST_FILE),
        headers=min(given.headers, _LONGEST_FILE),
        wait=5.0,
    )
    return settings, _visit(replace(settings, timeouts=timeouts), repo_id, listener)


def _visit(settings: Settings, repo_id: str, listener: Listener) -> Iterator[Check]:
    with HubClient(settings, listener) as client:
        yield from examine(Visit(client=client, repo_id=repo_id), PROBES, listener)
