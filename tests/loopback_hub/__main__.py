"""`python -m loopback_hub FOLDER`: prints `{"port": N}` once it listens; ends when its stdin does."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from pathlib import Path

from loopback_hub.faults import Fault
from loopback_hub.routes import Routes
from loopback_hub.server import Hub
from loopback_hub.store import Store


def main() -> None:
    """Serves until stdin ends or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="loopback_hub", description="A small Hub for tests.")
    parser.add_argument("folder", type=Path, help="repos: OWNER/NAME/ and OWNER/NAME.json")
    parser.add_argument("--dump", type=Path, help="also serve a models.jsonl.xz")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--page-size", type=int, default=1000)
    parser.add_argument("--not-found-code", action="store_true")
    parser.add_argument("--mount", default="", help="serve under this path, as a company mirror does")
    parser.add_argument("--faults", default="[]", help="a JSON list of faults")
    parser.add_argument("--keep", action="store_true", help="do not end with stdin")
    options = parser.parse_args()
    store = Store(options.folder, options.dump)
    routes = Routes(store, options.page_size, options.not_found_code, options.mount)
    hub = Hub(routes, [Fault(**fault) for fault in json.loads(options.faults)], options.port)
    print(json.dumps({"port": hub.server_address[1]}), flush=True)
    if not options.keep:
        threading.Thread(target=lambda: (sys.stdin.read(), hub.shutdown()), daemon=True).start()
    try:
        hub.serve_forever(poll_interval=0.05)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)


main()
