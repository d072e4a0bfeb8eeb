# SPDX-License-Identifier: Apache-2.0
"""The bench of a release build; `tests/bench/run` calls it. One JSON line per figure on stdout, remarks on stderr."""
import argparse
import os
import shlex
import signal
import sys
import time
import traceback

import report
from common import Run, Unsound

import footprint  # noqa: I001: common sets the path for the rest
import growth
import inbox
import limits
import posting
import reads
import storage
import streaming
from world import World

# In this order a run fills the shared node little by little, and what needs a node of its own comes last.
PARTS = {
    "footprint": footprint.measure,
    "reads": reads.measure,
    "inbox": inbox.measure,
    "fanout": posting.fan_out,
    "posting": posting.latency,
    "streaming": streaming.measure,
    "storage": storage.measure,
    "slow5": lambda run, world: _slow(run, world, 5),
    "slow20": lambda run, world: _slow(run, world, 20),
    "growth": growth.measure,
}


def _slow(run, world, extra_ms):
    inbox.measure_slow(run, world, extra_ms)
    posting.latency(run, world, extra_ms)


def options():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description="Measures a release build of the node.")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--command", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="seconds for each part: for trying, not for quoting")
    parser.add_argument(
        "--only", action="append", choices=list(PARTS), metavar="NAME",
        help="only this part (may be repeated): " + ", ".join(PARTS)
    )
    parser.add_argument("--folder", default="/var/tmp", metavar="DIR", help="where the data lies: the disk measured")
    parser.add_argument("--write", metavar="FILE", help="writes the page of figures, docs/performance.md")
    chosen = parser.parse_args()
    if chosen.write and not os.path.isdir(os.path.dirname(os.path.abspath(chosen.write))):
        parser.error(f"the folder of {chosen.write} does not exist")
    return chosen


def _ended(signal_number, _):
    sys.exit(128 + signal_number)


def _attempt(run, world, name, measure):
    """Whatever it stumbles over is told, and the next part still runs."""
    try:
        measure()
    except Unsound as problem:
        run.problem(name, problem)
    except Exception:  # noqa: BLE001: told with its trace
        run.problem(name, traceback.format_exc())
        run.say(f"the node's last words: {world.node.read_log()[-1500:]}")
    if world.node.runs and not world.node.is_alive():
        world.node.runs = False  # the next part starts it again
        run.problem(name, f"the node died by itself: {world.node.read_log()[-500:]}")


def main():
    chosen = options()
    signal.signal(signal.SIGTERM, _ended)  # so that nodes and servers end with us
    run = Run(os.path.abspath(chosen.binary), chosen.quick, chosen.folder)
    began = time.monotonic()
    facts = {**report.machine(run.folder), "commit": report.commit(), "program": report.program(run.binary)}
    try:
        run.machine(facts)
        run.say("limits of the machine")
        limits.measure(run)
        run.say("generated data")
        world = World(run)
        for name, measure in PARTS.items():
            if not chosen.only or name in chosen.only:
                run.say(f"{name}, {time.monotonic() - began:.0f} s after the start")
                _attempt(run, world, name, lambda measure=measure: measure(run, world))
        _attempt(run, world, "stopping", world.stop)
        limits.measure_again(run)
    finally:
        run.close()
    facts.update(load_at_end=os.getloadavg()[0], seconds=time.monotonic() - began)
    if chosen.write:
        report.write(chosen.write, run.lines, facts, shlex.join(shlex.split(chosen.command)))
    missed = [line["figure"] for line in run.lines if line.get("met") is False]
    run.say(f"{facts['seconds']:.0f} s; {run.problems} parts failed; targets missed: {', '.join(missed) or 'none'}")
    return 1 if run.problems else 0


if __name__ == "__main__":
    sys.exit(main())
