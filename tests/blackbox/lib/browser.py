# SPDX-License-Identifier: Apache-2.0
"""What a person does in a browser without JavaScript: reads pages, fills forms, follows redirects, keeps cookies."""
import html.parser
import urllib.parse

from rig import PASSWORD

FORM = "application/x-www-form-urlencoded"


class Page(html.parser.HTMLParser):
    """Forms, and what stands in `code`, of a page."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.code = ""
        self.inside = None
        self.in_code = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.inside = {
                "action": values.get("action", ""), "method": values.get("method", "get").lower(), "fields": {},
                "visible": [], "buttons": []
            }
            self.forms.append(self.inside)
        elif tag == "input" and self.inside is not None:
            self.inside["fields"][values.get("name", "")] = values.get("value", "")
            if values.get("type") != "hidden":
                self.inside["visible"].append((values.get("type", "text"), values.get("name", "")))
        elif tag == "button" and self.inside is not None:
            self.inside["buttons"].append((values.get("name", ""), values.get("value", "")))
        self.in_code = tag == "code"

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = None
        self.in_code = False

    def handle_data(self, data):
        if self.in_code:
            self.code += data


class Browser:
    """Keeps cookies, follows redirects within the node, sends forms."""

    def __init__(self, node):
        self.node = node
        self.cookies = {}
        self.address = "/"

    def open(self, target, body=None, origin=None):
        for _ in range(5):
            headers = {"Accept": "text/html"}
            if self.cookies:
                headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            if body is not None:
                headers["Content-Type"] = FORM
                headers["Origin"] = origin or self.node.origin
            answer = self.node.call("GET" if body is None else "POST", target, body=body, headers=headers)
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, value = line.split(";")[0].split("=", 1)
                self.cookies[name] = value
            self.address = target
            location = answer.headers.get("Location", "")
            if answer.status not in (301, 302, 303) or not location.startswith("/"):
                return answer
            target, body = location, None
        raise RuntimeError("too many redirects")

    def submit(self, form, button=None, origin=None, **filled):
        fields = {**form["fields"], **filled}
        for name, value in form["buttons"]:
            if value == button:
                fields[name] = value
        return self.open(form["action"], urllib.parse.urlencode(fields), origin)


def log_in(browser, page, name="ann", password=PASSWORD):
    form = Page(browser.open(page).body.decode()).forms[0]
    return browser.submit(form, username=name, password=password)


def parameters(location):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))


def authorize(node, address, name, password=PASSWORD):
    """Logs `name` in at the page of an app and lets the app in. Returns (where that leads, the page at the end)."""
    browser = Browser(node)
    consent = log_in(browser, address[len(node.origin):] if address.startswith(node.origin) else address, name, password)
    shown = browser.submit(Page(consent.body.decode()).forms[0], button="Authorize")
    return shown.headers.get("Location", ""), Page(shown.body.decode())
