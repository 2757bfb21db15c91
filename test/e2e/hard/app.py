"""Answers with its host's name; `?s=20` answers after 20 seconds. SIGTERM: takes no more, answers what it has, and ends."""
import http.server
import signal
import socket
import sys
import threading
import time
from urllib.parse import parse_qs, urlparse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(float(parse_qs(urlparse(self.path).query).get("s", ["0"])[0]))
        body = socket.gethostname().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Server", body.decode())
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128


def terminate(*_):
    with open("/var/tmp/terminated", "a") as file:
        file.write("SIGTERM\n")
    threading.Thread(target=server.shutdown).start()


server = Server(("", int(sys.argv[1])), Handler)
signal.signal(signal.SIGTERM, terminate)
server.serve_forever()
