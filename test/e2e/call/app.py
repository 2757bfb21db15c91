"""Answers with its host's name and what it was asked; `web` asks the services of the names in its path first: /api, /api/slow?s=2."""
import http.client
import http.server
import json
import socket
import sys
import time
from urllib.parse import parse_qs, urlparse

port, calls = int(sys.argv[1]), sys.argv[2:] == ["calls"]


def call(method, path):
    """One call of http://NAME.internal/…, on a connection of its own, as a program without a pool makes it."""
    name, _, rest = path.lstrip("/").partition("/")
    began = time.monotonic()
    connection = http.client.HTTPConnection(f"{name}.internal", timeout=20)
    try:
        connection.request(method, f"/{rest}", headers={"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError as error:
        return 502, f"{type(error).__name__}: {error} after {time.monotonic() - began:.2f} s"
    finally:
        connection.close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(float(parse_qs(urlparse(self.path).query).get("s", ["0"])[0]))
        if calls and self.path not in ("/", "/health"):
            self.answer(*call(self.command, self.path))
        else:
            about = {"server": socket.gethostname(), "host": self.headers["Host"], "for": self.headers["X-Forwarded-For"]}
            self.answer(200, json.dumps(about))

    do_POST = do_GET

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Server", socket.gethostname())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128


Server(("", port), Handler).serve_forever()
