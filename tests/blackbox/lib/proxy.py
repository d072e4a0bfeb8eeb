# SPDX-License-Identifier: Apache-2.0
"""See proxy.sh: only ports, paths and the certificate of the samples are changed."""
import atexit
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess

from rig import Checks, Node, arguments, free_port, temp_folder, wait_until

BINARY, _ = arguments("proxy")
NAME = "notes.example"
DEPLOY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "deploy")

checks = Checks()
folder = temp_folder()
node = Node(BINARY, os.path.join(folder, "n"))
node.domain, node.origin = NAME, f"https://{NAME}"
plain, tls = free_port(), free_port()


def sample(name):
    with open(os.path.join(DEPLOY, name), encoding="utf-8") as file:
        return file.read()


def nginx_configuration():
    pem, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
         "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", key, "-out", pem], capture_output=True, check=True)
    text = re.sub(r"(?m)^\s*listen \[::\].*\n", "", sample("nginx.conf"))
    for old, new in (("listen 443", f"listen 127.0.0.1:{tls}"), ("listen 80", f"listen 127.0.0.1:{plain}"),
                     (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", pem), (f"/etc/letsencrypt/live/{NAME}/privkey.pem", key),
                     ("127.0.0.1:8080", f"127.0.0.1:{node.port}")):
        assert old in text, old
        text = text.replace(old, new)
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = os.path.join(folder, "nginx.conf")
    with open(whole, "w", encoding="utf-8") as file:
        file.write(f"user root; daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; "
                   f"events {{ worker_connections 64; }}\nhttp {{ access_log off; {paths}\n{text}\n}}\n")
    return whole


class ByName(http.client.HTTPSConnection):
    """To the proxy on loopback, with the certificate checked for its name."""

    def __init__(self):
        super().__init__(NAME, tls, timeout=20 * node.slow,
                         context=ssl.create_default_context(cafile=os.path.join(folder, "cert.pem")))

    def connect(self):
        self.sock = self._context.wrap_socket(socket.create_connection(("127.0.0.1", tls), self.timeout), server_hostname=NAME)


def ask(method, target, body=None, headers=None):
    connection = ByName()
    try:
        connection.request(method, target, body=body, headers={"Host": NAME, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def check_nginx():
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    configuration = nginx_configuration()
    tried = subprocess.run([program, "-t", "-e", f"{folder}/error.log", "-c", configuration], capture_output=True, text=True)
    if not checks.that("nginx takes the sample", tried.returncode == 0, tried.stderr):
        return
    proxy = subprocess.Popen([program, "-e", f"{folder}/error.log", "-c", configuration],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(lambda: (proxy.terminate(), proxy.wait(10)))

    def listens():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", tls)) == 0
    checks.that("it listens", wait_until(listens, 10))
    status, _, body = ask("GET", "/")
    checks.that("the front page comes through TLS", status == 200 and b"<html" in body, (status, body[:200]))
    status, _, body = ask("GET", f"/.well-known/webfinger?resource=acct:ann@{NAME}")
    links = [link.get("href", "") for link in json.loads(body)["links"]] if status == 200 else []
    checks.that("addresses carry the name and https", any(link.startswith(node.origin) for link in links), (status, body))
    remaining = []
    for client in ("192.0.2.1", "192.0.2.1", "198.51.100.7"):
        _, headers, _ = ask("GET", "/api/v2/instance", headers={"X-Forwarded-For": client})
        remaining.append(int(headers["X-RateLimit-Remaining"]))
    checks.that("each client behind the proxy is counted by itself",
                remaining[1] == remaining[0] - 1 and remaining[2] == remaining[0], remaining)
    status, _, body = ask("POST", "/api/v1/statuses", b"status=" + b"a" * 3_000_000,
                          {"Content-Type": "application/x-www-form-urlencoded"})
    checks.that("what is too large is refused in the node's words", status == 413 and "error" in json.loads(body), (status, body[:200]))
    connection = http.client.HTTPConnection("127.0.0.1", plain, timeout=20)
    connection.request("GET", "/@ann", headers={"Host": NAME})
    answer = connection.getresponse()
    checks.that("plain http leads to https", (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/@ann"))
    connection.close()


def check_unit():
    if not shutil.which("systemd-analyze"):
        print("skipped: systemd-analyze is not here", flush=True)
        return
    unit = os.path.join(folder, "outboard.service")
    with open(unit, "w", encoding="utf-8") as file:
        file.write(sample("outboard.service").replace("/usr/local/bin/outboard", BINARY))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "outboard.service" in line]
    checks.that("systemd finds no fault in the unit", not ours, "\n".join(ours))


made = node.init()
checks.that("a node for a name is made", made.returncode == 0, made.err)
node.serve()
checks.group(check_nginx)
checks.group(check_unit)
checks.that("the node ends on SIGTERM with 0", node.stop()[0] == 0)
checks.finish()
