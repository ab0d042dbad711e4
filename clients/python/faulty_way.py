"""A way to a gateway on which the tests let things go wrong. No part of the client."""

import http.client
import http.server
import json
import threading
import urllib.parse


class FaultyWay:
    """Passes requests on to a gateway. Of each fault that is given the next request meets the first."""

    def __init__(self, gateway):
        self._gateway = urllib.parse.urlsplit(gateway)
        self.faults = []
        self.requests = []
        way = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                way._take(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _take(self, handler):
        handler.close_connection = True
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        self.requests.append((handler.command, handler.path, dict(handler.headers), body))
        fault = self.faults.pop(0) if self.faults else passed_on
        fault(handler, lambda: self._ask(handler, body))

    def _ask(self, handler, body):
        """The gateway's answer: status, header fields, body, trailers."""
        connection = http.client.HTTPConnection(self._gateway.hostname, self._gateway.port, timeout=60)
        hop = ("host", "connection", "content-length", "accept-encoding")
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in hop}
        connection.request(handler.command, handler.path, body or None, headers)
        response = connection.getresponse()
        hop = ("connection", "keep-alive", "transfer-encoding", "content-length", "trailer")
        fields = [(name, value) for name, value in response.getheaders() if name.lower() not in hop]
        answer = response.status, fields, response.read()
        connection.close()
        return answer


def passed_on(handler, ask):
    status, fields, body = ask()
    _send(handler, status, fields, body)


def refused(status, code=None, retry_after=None):
    """An answer that the gateway would give, without asking it."""

    def fault(handler, _):
        fields = [("x-request-id", "of-the-way")]
        if retry_after is not None:
            fields.append(("retry-after", retry_after))
        errors = [{"message": "not now", "extensions": {"code": code, "retryable": True}}]
        _send(handler, status, fields, json.dumps({"errors": errors}).encode() if code else b"<p>busy</p>")

    return fault


def answered(body, status=200, fields=()):
    return lambda handler, _: _send(handler, status, list(fields), body)


def cut(bytes_sent):
    """The gateway's answer, of which only so many bytes come."""

    def fault(handler, ask):
        status, fields, body = ask()
        _send(handler, status, fields, body, bytes_sent)

    return fault


def cut_in_a_chunk(bytes_sent):
    """The same of an answer whose length nobody said: its last chunk is missing."""

    def fault(handler, ask):
        status, fields, body = ask()
        handler.send_response(status)
        for name, value in fields:
            handler.send_header(name, value)
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s" % (len(body), body[:bytes_sent]))

    return fault


def without_range(handler, ask):
    """As a proxy does that knows no ranges: all of it, from the beginning."""
    del handler.headers["Range"]
    passed_on(handler, ask)


def changed(change):
    """The gateway's answer, with its body changed."""

    def fault(handler, ask):
        status, fields, body = ask()
        _send(handler, status, fields, change(body))

    return fault


def _send(handler, status, fields, body, bytes_sent=None):
    handler.send_response(status)
    for name, value in fields:
        handler.send_header(name, value)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[:bytes_sent])
