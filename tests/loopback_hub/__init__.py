"""A small Hub for tests: a real HTTP server in a process of its own on 127.0.0.1. Standard library only.

It answers the routes and headers of the Hugging Face Hub that clients rely on, serves a folder of repos that a test
makes, and does harm on demand (see `faults`):

    write_repo(folder, "org/tiny", {"README.md": "---\\nlicense: mit\\n---\\n", "config.json": "{}"}, downloads=7)
    with LoopbackHub(folder) as hub:
        hub.inject(Fault("resolve", "cut", at=100, count=1))
        ...                       # talk to hub.endpoint
        hub.requests("resolve")   # what was asked, with which headers
"""

from loopback_hub.faults import Fault
from loopback_hub.process import LoopbackHub, Recorded
from loopback_hub.repos import safetensors_bytes, write_repo

__all__ = ["Fault", "LoopbackHub", "Recorded", "safetensors_bytes", "write_repo"]
