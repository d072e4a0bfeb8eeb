# SPDX-License-Identifier: Apache-2.0
"""Two nodes that know each other: ann's at desk.test, bob's at lab.test; or both on localhost where names cannot be had."""
import http.client
import os
import ssl
import sys

import rig

CERTIFICATES = os.environ.get("CERTIFICATES")
HAS_NAMES = CERTIFICATES is not None


class NamedNode(rig.Node):
    """A node as the world sees it: https on port 443 of its own name."""

    def __init__(self, binary, folder, name, address):
        network = address.rsplit(".", 1)[0] + ".0/24"
        authority = os.path.join(CERTIFICATES, "ca.pem")
        super().__init__(binary, folder, env={
            "OUTBOARD_TLS_CERT": os.path.join(CERTIFICATES, name + ".pem"),
            "OUTBOARD_TLS_KEY": os.path.join(CERTIFICATES, name + ".key"),
            "OUTBOARD_FEDERATION_CA_FILE": authority,
            "OUTBOARD_FEDERATION_ALLOW_ADDRESSES": network,
        })
        self.port, self.domain, self.origin, self.address = 443, name, f"https://{name}", address
        self.trusted = ssl.create_default_context(cafile=authority)

    def connection(self, seconds):
        return http.client.HTTPSConnection(self.domain, timeout=seconds, context=self.trusted)

    def serve(self, *more, **kept):
        return super().serve(*more, address=self.address, **kept)


def two_nodes():
    """(desk with ann, lab with bob), both serving."""
    binary, folder = os.path.abspath(sys.argv[1]), rig.temp_folder()
    if HAS_NAMES:
        network = os.environ["NETWORK"]
        desk = NamedNode(binary, os.path.join(folder, "desk"), "desk.test", network + ".1")
        lab = NamedNode(binary, os.path.join(folder, "lab"), "lab.test", network + ".2")
    else:
        desk, lab = rig.Node(binary, os.path.join(folder, "desk")), rig.Node(binary, os.path.join(folder, "lab"))
    for node, owner in ((desk, "ann"), (lab, "bob")):
        made = node.init("--name", owner.title(), owner=owner)
        if made.returncode != 0:
            raise RuntimeError(made.err)
        node.serve()
    return desk, lab


def stop(checks, *nodes):
    for node in nodes:
        code, _ = node.stop()
        checks.that(f"{node.domain} stops when asked", code == 0, node.read_log()[-2000:])
