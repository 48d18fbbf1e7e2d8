"""Receivers of what the server sends: webhooks (HTTP) and mails (SMTP), each on a free port of the loopback.

    with WebhookReceiver() as hook:
        ... hook.url ...
        request = hook.take()
"""
import email
import email.policy
import http.server
import queue
import socketserver
import threading
import types

TIMEOUT_S = 30


class _Receiver:
    """Runs a server of the standard library in a thread; what arrives is taken in its order."""

    def __init__(self, server):
        self.server = server
        self.arrived = queue.Queue()
        self.port = server.server_address[1]
        server.daemon_threads = True
        server.receiver = self
        server.handle_error = lambda *_: None  # a peer that is killed resets its connections
        self.thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def take(self, timeout_s=TIMEOUT_S):
        return self.arrived.get(timeout=timeout_s)

    def is_quiet(self, for_s):
        """True if nothing arrives in that time."""
        try:
            self.arrived.get(timeout=for_s)
        except queue.Empty:
            return True
        return False

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class _WebhookHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        receiver = self.server.receiver
        request = types.SimpleNamespace(path=self.path, headers=self.headers, body=body)
        status = receiver.statuses.pop(0) if receiver.statuses else 200
        receiver.arrived.put(request)
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


class WebhookReceiver(_Receiver):
    def __init__(self, port=0):
        self.statuses = []  # of the next answers; then 200
        super().__init__(http.server.ThreadingHTTPServer(("127.0.0.1", port), _WebhookHandler))
        self.url = f"http://127.0.0.1:{self.port}/hook"


class _MailHandler(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("220 test")
        recipients = []
        for line in iter(self.rfile.readline, b""):
            word = line.split(b" ")[0].strip().upper()
            if word == b"RCPT":
                recipients.append(line.decode().strip())
            if word == b"DATA":
                self.say("354 go on")
                self.server.receiver.arrived.put((recipients, self.read_message()))
            if word == b"QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def read_message(self):
        lines = []
        for line in iter(self.rfile.readline, b".\r\n"):
            lines.append(line[1:] if line.startswith(b".") else line)
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")


class MailReceiver(_Receiver):
    """Gives (recipients, message) for each mail."""

    def __init__(self):
        super().__init__(socketserver.ThreadingTCPServer(("127.0.0.1", 0), _MailHandler))
        self.url = f"smtp://127.0.0.1:{self.port}"
