"""HTTP by hand: what a client library would not send, and the bytes as they come."""
import socket


class Response:
    def __init__(self, head, body):
        status_line, *fields = head.split("\r\n")
        self.version, status, self.reason = (status_line.split(" ", 2) + [""])[:3]
        self.status = int(status)
        self.headers = {name.strip().lower(): value.strip() for name, _, value in (f.partition(":") for f in fields)}
        self.body = body


class Connection:
    """One TCP connection; closes itself at the end of a `with`."""

    def __init__(self, address, timeout_s=30):
        self.socket = socket.create_connection(address, timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())
        return self

    def request(self, method, target, headers=None, body=b"", host="localhost"):
        """Sends one request in one piece and reads its response."""
        self.send(request_bytes(method, target, headers, body, host))
        return self.response(has_body=method != "HEAD")

    def response(self, has_body=True):
        head = self.read_until(b"\r\n\r\n").decode("latin-1")
        response = Response(head, b"")
        if has_body and response.status >= 200 and response.status not in (204, 304):
            response.body = self.read_body(response.headers)
        return response

    def read_body(self, headers):
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while True:
                size = int(self.read_until(b"\r\n").split(b";")[0], 16)
                piece = self.read_exactly(size + 2)[:-2]
                if size == 0:
                    return body
                body += piece
        return self.read_exactly(int(headers.get("content-length", "0")))

    def read_until(self, mark):
        while mark not in self.buffer:
            self.fill()
        text, self.buffer = self.buffer.split(mark, 1)
        return text

    def read_exactly(self, count):
        while len(self.buffer) < count:
            self.fill()
        text, self.buffer = self.buffer[:count], self.buffer[count:]
        return text

    def fill(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("closed by the server; unread: %r" % self.buffer[:200])
        self.buffer += piece

    def is_closed_by_server(self):
        """Waits for the end of the stream (bounded by the time-out), reading what still comes."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            pass
        return True


def request_bytes(method, target, headers=None, body=b"", host="localhost"):
    fields = {"Host": host, **(headers or {})}
    if body and "Transfer-Encoding" not in fields:
        fields.setdefault("Content-Length", str(len(body)))
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + body
