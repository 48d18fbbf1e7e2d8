"""Devices of the soak test: each counts up in a channel of its own, over one protocol.

A device connects, sends a burst of readings, each with its number as the value and a time made from
it, and leaves: politely, by cutting the connection, or by staying connected and silent for a while.
What the server acknowledged is remembered.
"""
import http.client
import json
import random
import socket
import struct
import threading
import time

import paho.mqtt.client
import websocket

TIMEOUT_S = 30
START_S = 1_700_000_000


def time_of(number):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(START_S + number))


class Device(threading.Thread):
    protocol = ""

    def __init__(self, server, feed, number, stop, rate):
        super().__init__(daemon=True, name=f"{self.protocol}-{number}")
        self.server, self.feed, self.stop, self.rate = server, feed, stop, rate
        self.channel = self.name
        self.random = random.Random(self.name)
        self.next = 0
        self.acknowledged = set()
        self.visits = 0
        self.failure = None

    def run(self):
        try:
            while not self.stop.is_set():
                self.visit()
                self.visits += 1
        except Exception as error:  # the balance names it
            self.failure = f"{self.name}: {type(error).__name__}: {error}"

    def visit(self):
        self.connect()
        for _ in range(self.random.randint(1, 100)):
            if self.stop.wait(self.random.expovariate(self.rate)):
                break
            number, self.next = self.next, self.next + 1
            self.send(number)
            self.acknowledged.add(number)
        self.leave()

    def leave(self):
        way = self.random.choice(["politely", "politely", "cut", "silent"])
        if way == "silent":
            self.stop.wait(self.random.uniform(0, 5))
        if way == "cut":
            cut(self.socket())
        else:
            self.close()


def cut(connection):
    """Ends the connection with a reset: what a device does that loses its power behind a NAT."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class HttpDevice(Device):
    protocol = "http"

    def connect(self):
        self.connection = http.client.HTTPConnection(*self.server.address("http"), timeout=TIMEOUT_S)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, number):
        body = json.dumps({"datastreams": [{"id": self.channel, "current_value": str(number), "at": time_of(number)}]})
        headers = {"X-ApiKey": self.server.API_KEY, "Content-Type": "application/json"}
        self.connection.request("PUT", f"/v2/feeds/{self.feed}", body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {text[:200]!r}")

    def close(self):
        self.connection.close()

    def socket(self):
        return self.connection.sock


class ObjectDevice(Device):
    """The JSON objects that WebSocket and TCP socket share."""

    def send(self, number):
        stream = {"id": self.channel, "current_value": str(number), "at": time_of(number)}
        self.write(json.dumps({"method": "put", "resource": f"/feeds/{self.feed}", "token": str(number),
                               "headers": {"X-ApiKey": self.server.API_KEY}, "body": {"datastreams": [stream]}}))
        reply = json.loads(self.read())
        if reply.get("status") != 200 or reply.get("token") != str(number):
            raise RuntimeError(f"{reply}")


class WebSocketDevice(ObjectDevice):
    protocol = "websocket"

    def connect(self):
        host, port = self.server.address("http")
        self.connection = websocket.create_connection(f"ws://{host}:{port}/", timeout=TIMEOUT_S)

    def write(self, text):
        self.connection.send(text)

    def read(self):
        return self.connection.recv()

    def close(self):
        self.connection.close()

    def socket(self):
        return self.connection.sock


class TcpDevice(ObjectDevice):
    protocol = "tcp"

    def connect(self):
        self.connection = socket.create_connection(self.server.address("socket"), TIMEOUT_S)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lines = self.connection.makefile("rb")

    def write(self, text):
        self.connection.sendall(text.encode() + b"\n")

    def read(self):
        return self.lines.readline()

    def close(self):
        self.lines.close()
        self.connection.close()

    def socket(self):
        self.lines.close()
        return self.connection


class MqttDevice(Device):
    """QoS 1: PUBACK acknowledges.  The topic that names a time is the feed's document."""
    protocol = "mqtt"

    def connect(self):
        self.client = paho.mqtt.client.Client(client_id=f"{self.name}-{self.visits}")
        self.client.username_pw_set(self.server.API_KEY)
        self.arrived = threading.Event()
        self.client.on_publish = lambda *_: self.arrived.set()
        self.client.connect(*self.server.address("mqtt"))
        self.client.loop_start()

    def send(self, number):
        stream = {"id": self.channel, "current_value": str(number), "at": time_of(number)}
        self.arrived.clear()
        self.client.publish(f"/v2/feeds/{self.feed}.json", json.dumps({"datastreams": [stream]}), qos=1)
        if not self.arrived.wait(TIMEOUT_S):
            raise RuntimeError(f"no PUBACK for {number}")

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()

    def leave(self):
        if self.random.random() < 0.3:
            self.client.loop_stop(force=True)
            cut(self.client.socket())
        else:
            self.close()


class Listener(threading.Thread):
    """Subscribes to a feed over MQTT or WebSocket, listens for a while, sometimes without reading."""

    def __init__(self, server, feed, number, stop):
        super().__init__(daemon=True, name=f"listener-{number}")
        self.server, self.feed, self.stop, self.number = server, feed, stop, number
        self.random = random.Random(self.name)
        self.heard = 0
        self.failure = None

    def run(self):
        try:
            while not self.stop.is_set():
                self.listen_mqtt() if self.random.random() < 0.5 else self.listen_websocket()
        except Exception as error:  # the balance names it
            self.failure = f"{self.name}: {type(error).__name__}: {error}"

    def listen_mqtt(self):
        client = paho.mqtt.client.Client(client_id=f"{self.name}-{self.random.random()}")
        client.username_pw_set(self.server.API_KEY)

        def count(*_):
            self.heard += 1

        client.on_message = count
        client.connect(*self.server.address("mqtt"))
        client.subscribe(f"feeds/{self.feed}/#", self.random.choice([0, 1]))
        client.loop_start()
        self.stop.wait(self.random.uniform(1, 10))
        client.disconnect()
        client.loop_stop()

    def listen_websocket(self):
        host, port = self.server.address("http")
        connection = websocket.create_connection(f"ws://{host}:{port}/", timeout=1)
        connection.send(json.dumps({"method": "subscribe", "resource": f"/feeds/{self.feed}", "token": "1",
                                    "headers": {"X-ApiKey": self.server.API_KEY}}))
        is_slow = self.random.random() < 0.3
        end = time.monotonic() + self.random.uniform(1, 10)
        while time.monotonic() < end and not self.stop.is_set():
            if is_slow:
                self.stop.wait(1)
                continue
            try:
                if connection.recv():
                    self.heard += 1
            except websocket.WebSocketTimeoutException:
                pass
        connection.close(timeout=1)


PROTOCOLS = (HttpDevice, WebSocketDevice, TcpDevice, MqttDevice)
