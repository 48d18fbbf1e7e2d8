"""TLS on the ports that also take plain connections: HTTPS, WebSocket and MQTT over TLS."""
import json
import re
import shutil
import signal
import socket as sockets
import ssl
import subprocess
import threading

import paho.mqtt.client as mqtt
import pytest
import requests
import websocket

from support.server import StartFailed
from support.waiting import eventually

TIMEOUT_S = 30


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that has signed itself, and its key."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


def make_certificate(folder):
    folder.mkdir(exist_ok=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
        check=True, capture_output=True)
    return folder


@pytest.fixture
def secure(start_server, certificate):
    return start_server(config=f'[tls]\ncertificate = "{certificate}/certificate.pem"\nkey = "{certificate}/key.pem"\n')


def test_https_beside_http_on_one_port(secure, certificate):
    address = secure.addresses["http"]
    ca = certificate / "certificate.pem"
    session = requests.Session()
    session.trust_env = False
    session.headers["X-ApiKey"] = secure.API_KEY
    made = session.post(f"https://{address}/v2/feeds", json={"title": "Secure"}, verify=ca, timeout=TIMEOUT_S)
    assert made.status_code == 201
    assert made.headers["Location"].startswith(f"https://{address}/v2/feeds/")
    plain = session.get(made.headers["Location"].replace("https", "http"), timeout=TIMEOUT_S)
    assert plain.json()["title"] == "Secure"


def served_certificate(address):
    return ssl.get_server_certificate(tuple(address.rsplit(":", 1)))


def test_a_new_certificate_is_taken_without_ending_a_connection(start_server, tmp_path):
    for name in ("old", "new"):
        make_certificate(tmp_path / name)
    used = tmp_path / "used"
    shutil.copytree(tmp_path / "old", used)
    server = start_server(config=f'[tls]\ncertificate = "{used}/certificate.pem"\nkey = "{used}/key.pem"\n')
    address = server.addresses["http"]
    assert served_certificate(address) == (tmp_path / "old/certificate.pem").read_text()
    session = requests.Session()
    session.trust_env = False
    assert session.get(f"https://{address}/healthz", verify=used / "certificate.pem", timeout=TIMEOUT_S).ok

    (used / "certificate.pem").write_text("no certificate")
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: "the old one stays" in server.log())
    assert served_certificate(address) == (tmp_path / "old/certificate.pem").read_text()

    for file in ("certificate.pem", "key.pem"):
        shutil.copy(tmp_path / "new" / file, used)
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: "the certificate was read again" in server.log())
    assert served_certificate(address) == (tmp_path / "new/certificate.pem").read_text()


def test_without_certificates_a_hang_up_changes_nothing(start_server):
    server = start_server()
    server.process.send_signal(signal.SIGHUP)
    assert requests.get(server.url("/healthz"), timeout=TIMEOUT_S).ok
    assert server.stop() == 0


def test_what_the_login_page_sets_over_tls_is_for_tls_only(secure, certificate):
    base = f"https://{secure.addresses['http']}"
    session = requests.Session()
    session.trust_env = False
    session.verify = certificate / "certificate.pem"
    page = session.get(f"{base}/login/", timeout=TIMEOUT_S)
    form = {"csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1],
            "username": "admin", "password": secure.PASSWORD}
    refused = session.post(f"{base}/login/", data=form, headers={"Origin": "https://evil.example"},
                           allow_redirects=False, timeout=TIMEOUT_S)
    assert refused.status_code == 403
    entered = session.post(f"{base}/login/", data=form, headers={"Origin": base},
                           allow_redirects=False, timeout=TIMEOUT_S)
    assert entered.status_code == 302
    names = {cookie.name: cookie.secure for cookie in session.cookies}
    assert names == {"csrftoken": True, "thingtank_session": True}


def test_a_subscription_over_wss_hears_a_reading_over_mqtts(secure, certificate):
    ca = str(certificate / "certificate.pem")
    session = requests.Session()
    session.trust_env = False
    made = session.post(secure.url("/v2/feeds"), json={"title": "Secure"}, timeout=TIMEOUT_S,
                        headers={"X-ApiKey": secure.API_KEY})
    feed = made.headers["Location"].rsplit("/", 1)[1]
    socket = websocket.create_connection(f"wss://{secure.addresses['http']}/", timeout=TIMEOUT_S,
                                         sslopt={"ca_certs": ca})
    socket.send(json.dumps({"method": "subscribe", "resource": f"/feeds/{feed}", "token": "1",
                            "headers": {"X-ApiKey": secure.API_KEY}}))
    assert json.loads(socket.recv())["status"] == 200

    host, port = secure.addresses["mqtt"].rsplit(":", 1)
    client = mqtt.Client()
    client.username_pw_set(secure.API_KEY)
    client.tls_set(ca)
    acknowledged = threading.Event()
    client.on_connect = lambda *_: client.publish(f"feeds/{feed}/temperature", "21.50", qos=1)
    client.on_publish = lambda *_: acknowledged.set()
    client.connect(host, int(port))
    client.loop_start()
    assert acknowledged.wait(TIMEOUT_S)
    client.disconnect()
    client.loop_stop()
    heard = json.loads(socket.recv())
    assert heard["body"]["datastreams"][0]["current_value"] == "21.50"
    socket.close()


def test_old_versions_of_tls_are_refused(secure):
    host, port = secure.addresses["http"].rsplit(":", 1)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname = False
    old.verify_mode = ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with sockets.create_connection((host, int(port)), timeout=TIMEOUT_S) as plain:
            old.wrap_socket(plain)


def test_without_a_certificate_tls_is_not_served(server):
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"https://{server.addresses['http']}/healthz", timeout=TIMEOUT_S)


def test_a_certificate_that_is_not_there_is_named(start_server, tmp_path):
    with pytest.raises(StartFailed) as failed:
        start_server(config=f'[tls]\ncertificate = "{tmp_path}/none.pem"\nkey = "{tmp_path}/none.key"\n')
    assert "none.pem" in failed.value.log
