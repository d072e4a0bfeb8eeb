# SPDX-License-Identifier: Apache-2.0
"""What the parts share: the run's folder and options, lines of results, processes, load generators."""
import json
import mmap
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.append(os.path.join(ROOT, "tests", "blackbox", "lib"))  # last: its names are ours too

import rig  # noqa: E402: found by the line above

TICK = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 32  # of every reading figure, and of the inbox flood
NODE_ENV = {"OUTBOARD_LIMITS_RATE_LIMIT": "false"}  # one address asks for all the figures


class Unsound(Exception):
    """An answer was wrong, lost or doubled: no figure may come of it."""


class Run:
    """One run of the bench. `quick` shortens everything to seconds: for trying, not for quoting."""

    def __init__(self, binary, quick, folder="/var/tmp"):
        self.binary = binary
        self.quick = quick
        # Not /tmp, which may be memory: the figures are about a disk.
        self.folder = tempfile.mkdtemp(prefix="ob-", dir=folder)
        os.chmod(self.folder, 0o755)
        self.lines = []
        self.limits = {}   # name -> what the machine can do, measured in this run
        self.problems = 0
        self.closing = []  # functions that end what was started

    def pick(self, full, quick):
        return quick if self.quick else full

    def path(self, name):
        return os.path.join(self.folder, name)

    def say(self, text):
        print(f"bench: {text}", file=sys.stderr, flush=True)

    def _print(self, line):
        self.lines.append(line)
        print(json.dumps(line), flush=True)

    def limit(self, name, value, unit, **more):
        self.limits[name] = value
        self._print({"limit": name, "value": rounded(value), "unit": unit, **more})

    def machine(self, facts):
        self._print({"machine": facts})

    def drift(self, name, value):
        """The same limit at the end of the run: how much the machine itself changed meanwhile."""
        before = self.limits[name]
        self._print({"limit_again": name, "value": rounded(value), "drift": rounded(value / before - 1)})

    def figure(self, name, value, unit, limit=None, target=None, **more):
        """`limit`: name of what the machine can do, or a pair (name, value) measured just for this figure.

        `target`: a function of (value, ratio to the limit) and its words, as issue 3 has them.
        """
        line = {"figure": name, "value": rounded(value), "unit": unit}
        ratio = None
        if limit:
            limit_name, limit_value = limit if isinstance(limit, tuple) else (limit, self.limits.get(limit))
            if limit_value:
                ratio = value / limit_value
                line.update(limit=limit_name, limit_value=rounded(limit_value), ratio=rounded(ratio))
        if target:
            holds, words = target
            line["target"] = words
            line["met"] = bool(holds(value, ratio)) if not limit or ratio is not None else None
        self._print({**line, **more})

    def skipped(self, name, why):
        self._print({"figure": name, "skipped": why})

    def problem(self, name, what):
        self.problems += 1
        self._print({"figure": name, "problem": str(what).strip()[-1500:]})

    def compile(self, source, *flags):
        """A small C program of this folder, built for the run."""
        built = self.path(source.rsplit(".", 1)[0])
        if not os.path.exists(built):
            subprocess.run(
                ["gcc", "-O2", "-o", built, os.path.join(HERE, source), *flags], check=True
            )
        return built

    def close(self):
        for end in reversed(self.closing):
            try:
                end()
            except Exception as problem:  # noqa: BLE001: the rest is ended too
                self.say(f"while ending: {problem}")
        shutil.rmtree(self.folder, ignore_errors=True)


def rounded(value):
    return float(f"{value:.4g}") if isinstance(value, float) else value


def at_least(share):
    return (lambda value, ratio: ratio >= share, f"at least {share * 100:g} % of the limit")


def at_most(most, unit):
    return (lambda value, ratio: value <= most, f"at most {most:g} {unit}")


def expect(holds, what):
    if not holds:
        raise Unsound(what)


# Processes

def family(pid):
    """`pid` and its descendants: the helpers belong to the node."""
    found = [pid]
    for one in found:
        try:
            with open(f"/proc/{one}/task/{one}/children") as file:
                found += [int(child) for child in file.read().split()]
        except OSError:
            pass
    return found


def cpu_seconds(pid):
    """User and system time of the node so far, from /proc/PID/stat; reaped children count with their parent."""
    total = 0
    for one in family(pid):
        try:
            with open(f"/proc/{one}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += sum(int(field) for field in fields[11:15])
        except OSError:
            pass
    return total / TICK


def memory_kb(pid, what="Rss"):
    """Rss or Pss of the node and its helpers."""
    total = 0
    for one in family(pid):
        try:
            with open(f"/proc/{one}/smaps_rollup") as file:
                total += int(re.search(rf"^{what}:\s+(\d+) kB", file.read(), re.M).group(1))
        except (OSError, AttributeError):
            pass
    return total


class SlowDisk:
    """Environment of a node whose every fdatasync takes longer, and the count of them."""

    def __init__(self, run, extra_ms):
        library = run.compile("slow_sync.c", "-shared", "-fPIC", "-ldl")
        path = run.path("sync-count")
        with open(path, "wb") as file:
            file.write(bytes(8))
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 8)
        self.env = {
            "LD_PRELOAD": library, "BENCH_SYNC_COUNT": path, "BENCH_SYNC_DELAY_US": str(int(extra_ms * 1000))
        }

    def count(self):
        return struct.unpack("<Q", self.page[:8])[0]


# Load

def wrk(run, url, seconds, headers=None, connections=CONNECTIONS):
    """Closed-loop GETs over `connections`: {"req_s","p50_ms","p99_ms","bytes"}; anything but 2xx is Unsound."""
    fields = [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", *fields, url],
        capture_output=True, text=True, timeout=seconds + 60
    )
    text = done.stdout
    expect(done.returncode == 0 and "Requests/sec" in text, f"wrk on {url}: {text}{done.stderr}")
    expect("Non-2xx" not in text, f"{url}: {re.search(r'Non-2xx.*', text)}")
    errors = re.search(r"Socket errors: .*", text)
    expect(not errors, f"{url}: {errors and errors.group(0)}")
    count, size = re.search(r"(\d+) requests in .*?, ([\d.]+[KMGT]?B) read", text).groups()
    expect(int(count) > 0, f"{url}: nothing was answered")
    return {
        "req_s": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
        "p50_ms": _milliseconds(re.search(r"^\s+50%\s+(\S+)$", text, re.M).group(1)),
        "p99_ms": _milliseconds(re.search(r"^\s+99%\s+(\S+)$", text, re.M).group(1)),
        "requests": int(count),
        "bytes": _bytes(size) / int(count),
    }


def _milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def _bytes(text):
    number, unit = re.fullmatch(r"([\d.]+)([KMGT]?)B", text).groups()
    return float(number) * 1024 ** " KMGT".index(unit or " ")


def replay(run, requests, port, connections=CONNECTIONS, pause=0.0, where="127.0.0.1"):
    """Sends each of `requests` (bytes) once: replay.c's account of it. Nothing may be lost or refused."""
    program = run.compile("replay.c")
    file_name = run.path("requests")
    with open(file_name, "wb") as file:
        for request in requests:
            file.write(struct.pack("=I", len(request)) + request)
    done = subprocess.run(
        [program, file_name, where, str(port), str(connections), str(int(pause * 1e6))],
        capture_output=True, text=True, timeout=900
    )
    os.unlink(file_name)
    expect(done.returncode == 0, f"replay: {done.stderr}")
    told = json.loads(done.stdout)
    good = sum(count for status, count in told["statuses"].items() if 200 <= int(status) < 300)
    told["good"] = good
    told["seconds"] = max(told["last"] - told["first"], 1e-9)
    expect(
        good == len(requests) and told["lost"] == 0,
        f"{len(requests)} sent, {good} taken, {told['lost']} lost, {told['statuses']}: {told['sample']}"
    )
    return told


def post_bytes(target, host, body, headers):
    fields = "".join(f"{name}: {value}\r\n" for name, value in {"Host": host, **headers}.items())
    head = f"POST {target} HTTP/1.1\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def poll(holds, seconds, pause=0.05):
    """Until `holds()`; how long it may take is a bound, not a figure."""
    return rig.wait_until(holds, seconds, pause)


def share(values, part):
    """A percentile of `values`, which need not be sorted."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def monotonic():
    return time.clock_gettime(time.CLOCK_MONOTONIC)
