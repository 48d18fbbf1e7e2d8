"""From a reading to its webhook: how long after the acknowledgement a trigger's request arrives at a receiver of this host."""
import http.client
import json
import pathlib
import statistics
import time

import programs
from rounds import alternate, print_medians
from support.receivers import WebhookReceiver

FIRINGS = 500
BAR_MS = 20  # of the 99th percentile


def run(rounds):
    print(f"{FIRINGS} readings, one after the other, each makes one trigger fire; durable before it is acknowledged\n", flush=True)
    print_medians(alternate({"thingtank": measure}, rounds), "thingtank")
    print(f"\nthe bar: 99 % within {BAR_MS} ms")


def measure():
    with programs.workspace() as folder, WebhookReceiver() as hook:
        config = pathlib.Path(folder) / "thingtank.toml"
        config.write_text('[webhooks]\nallowed_networks = ["127.0.0.1"]\n')
        with programs.thingtank(folder, arguments=["--config", str(config)]) as server:
            return figures(latencies(server, hook))


def latencies(server, hook):
    """Seconds from the answer to a PUT until the receiver has read the request; negative if it was faster."""
    connection = http.client.HTTPConnection(*server.address("http"), timeout=60)

    def call(method, path, body):
        connection.request(method, path, json.dumps(body), {"X-ApiKey": server.API_KEY, "Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status in (200, 201), answer.read()
        answer.read()
        return answer

    streams = [{"id": "t", "current_value": "0"}]
    feed = call("POST", "/v2/feeds", {"title": "Bench", "datastreams": streams}).headers["Location"].rsplit("/", 1)[1]
    call("POST", "/v2/triggers", {"environment_id": feed, "stream_id": "t", "url": hook.url, "trigger_type": "change"})
    found = []
    for value in range(1, FIRINGS + 1):
        call("PUT", f"/v2/feeds/{feed}/datastreams/t", {"current_value": str(value)})
        acknowledged = time.monotonic()
        hook.take()
        found.append(time.monotonic() - acknowledged)
    return found


def figures(found):
    ordered = sorted(found)
    return {"p50 ms": statistics.median(ordered) * 1000, "p99 ms": ordered[int(len(ordered) * 0.99)] * 1000}
