# SPDX-License-Identifier: Apache-2.0
"""docs/performance.md from the lines of one run."""
import datetime
import os
import re
import subprocess

from common import ROOT


def machine(folder):
    """What the figures were measured on."""
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*:\s*(.*)", file.read())
    with open("/proc/meminfo") as file:
        memory = int(re.search(r"MemTotal:\s+(\d+)", file.read()).group(1)) // 1024
    disk = subprocess.run(["findmnt", "-no", "SOURCE,FSTYPE", "-T", folder], capture_output=True, text=True).stdout
    with open("/etc/os-release") as file:
        name = re.search(r'PRETTY_NAME="(.*)"', file.read())
    return {
        "cpu": model.group(1) if model else os.uname().machine, "cores": os.cpu_count(), "memory_mib": memory,
        "disk": " ".join(disk.split()), "system": name.group(1) if name else "", "kernel": os.uname().release.split("-")[0],
        "load_at_start": os.getloadavg()[0],
    }


def program(binary):
    done = subprocess.run([binary, "version"], capture_output=True, text=True)
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else ""


def commit():
    def git(*args):
        return subprocess.run(["git", "-C", ROOT, *args], capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return git("rev-parse", "--short=12", "HEAD") + (" with changes" if changed else "")


def _number(value):
    if value is None:
        return ""
    if isinstance(value, float) and abs(value) < 1000:
        return f"{value:.3g}"
    return f"{value:,.0f}"


def _more(line):
    known = {"figure", "value", "unit", "limit", "limit_value", "ratio", "target", "met"}
    return ", ".join(f"{name} {value}" for name, value in line.items() if name not in known)


def write(path, lines, facts, command):
    """The whole page; nothing of an older run stays."""
    figures = [line for line in lines if "figure" in line and "value" in line]
    judged = [line for line in figures if line.get("met") is not None]
    text = [
        "# Performance",
        "",
        "Written by `tests/bench/run --write`; how each figure is measured is in `tests/bench/README.md`. Compare only",
        "figures of one run on one machine, as ratios to the limits measured in the same run.",
        "",
        f"- Date: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC",
        f"- Command: `{command}`",
        f"- Commit: {facts['commit']} ({facts['program']})",
        f"- Machine: {facts['cpu']}, {facts['cores']} cores, {facts['memory_mib']:,} MiB, disk {facts['disk']},"
        f" {facts['system']}, kernel {facts['kernel']}",
        f"- Load average at the start {facts['load_at_start']:.2f}, at the end {facts['load_at_end']:.2f};"
        f" {facts['seconds']:.0f} seconds in all",
        f"- Targets: {sum(line['met'] for line in judged)} met, {sum(not line['met'] for line in judged)} missed",
        "",
        "## Limits of the machine",
        "",
        "| limit | at the start | unit | at the end |",
        "| --- | ---: | --- | ---: |",
    ]
    again = {line["limit_again"]: line["value"] for line in lines if "limit_again" in line}
    for line in lines:
        if "figure" not in line and "limit" in line:
            name = line["limit"]
            text.append(f"| {name} | {_number(line['value'])} | {line['unit']} | {_number(again.get(name))} |")
    text += [
        "",
        "## Figures",
        "",
        "| figure | value | unit | beside | limit | ratio | target | | more |",
        "| --- | ---: | --- | --- | ---: | ---: | --- | --- | --- |",
    ]
    for line in figures:
        met = {True: "met", False: "**missed**", None: ""}[line.get("met")]
        text.append(
            f"| {line['figure']} | {_number(line['value'])} | {line['unit']} | {line.get('limit', '')}"
            f" | {_number(line.get('limit_value'))} | {_number(line.get('ratio'))} | {line.get('target', '')} | {met}"
            f" | {_more(line)} |"
        )
    for line in lines:
        if "skipped" in line:
            text.append(f"\nNot measured: {line['figure']}, because {line['skipped']}.")
        if "problem" in line:
            text.append(f"\nFailed: {line['figure']}: {line['problem'].splitlines()[-1]}")
    with open(path, "w") as file:
        file.write("\n".join(text) + "\n")
