# SPDX-License-Identifier: Apache-2.0
"""Start to first 200, memory at rest, size of the program."""
import http.client
import os
import shutil
import socket
import subprocess
import time

from common import expect, memory_kb, rig, share


def _first_200(node):
    """Milliseconds from starting the process to a 200 for NodeInfo."""
    began = time.monotonic()
    node.process = subprocess.Popen(
        [node.binary, "serve", "--data", node.data, "--listen", f"127.0.0.1:{node.port}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=rig.clean_environment(node.env)
    )
    while time.monotonic() - began < 30:
        try:
            with socket.create_connection(("127.0.0.1", node.port), 1) as connection:
                connection.sendall(f"GET /.well-known/nodeinfo HTTP/1.1\r\nHost: {node.domain}\r\n\r\n".encode())
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                if answer.status == 200:
                    return (time.monotonic() - began) * 1000
        except OSError:
            time.sleep(0.001)
    raise RuntimeError("no 200 within 30 seconds of the start")


def measure(run, world):
    node = world.node
    stripped = run.path("stripped")
    shutil.copy(run.binary, stripped)
    subprocess.run(["strip", stripped], check=True)
    run.figure("binary_stripped", os.path.getsize(stripped), "bytes", unstripped=os.path.getsize(run.binary))
    os.unlink(stripped)

    world.stop()
    starts, stops = [], []
    for _ in range(run.pick(7, 2)):
        starts.append(_first_200(node))
        code, took = node.stop()
        expect(code == 0, f"the node ended with {code}")
        stops.append(took * 1000)
    run.figure(
        "start_to_first_200", share(starts, 0.5), "ms", ("nginx start to first 200", run.limits.get("nginx_start_ms")),
        first_ms=round(starts[0], 1), most_ms=round(max(starts), 1), stop_ms=round(share(stops, 0.5), 1)
    )

    world.serve()
    time.sleep(run.pick(10, 2))
    pid = node.process.pid
    run.figure(
        "idle_rss", memory_kb(pid) / 1024, "MiB", pss_mib=round(memory_kb(pid, "Pss") / 1024, 2),
        threads=len(os.listdir(f"/proc/{pid}/task"))
    )
