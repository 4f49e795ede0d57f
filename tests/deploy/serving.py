"""nginx with the shipped configuration in front of a real server of the portal."""

import datetime as dt
import gzip
import http.client
import os
import shutil
import socket
import ssl
import string
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
HOST = "example.test"
_MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    {temporary}
    include {folder}/cchc.conf;
}}
"""


def find() -> str:
    """Return nginx; skip aloud where there is none, fail where it is required."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        reason = "no nginx: install nginx-light or nginx"
        if os.environ.get("CCHC_REQUIRE_NGINX") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What came back, its text unpacked."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> bytes:
        """Return the body, unpacked where it came packed."""
        packed = self.headers.get("content-encoding") == "gzip"
        return gzip.decompress(self.body) if packed else self.body

    @property
    def text(self) -> str:
        """Return the content as text."""
        return self.content.decode()

    @property
    def by_app(self) -> bool:
        """Tell whether the app answered: it gives every answer an id."""
        return "x-request-id" in self.headers


@dataclass(frozen=True)
class Front:
    """nginx at work: ask it by TLS as the world does."""

    port: int
    plain_port: int
    folder: Path

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> Answer:
        """Ask for `path`; header names are written with underscores."""
        context = ssl.create_default_context(cafile=str(self.folder / "tls.crt"))
        connection = _Named("127.0.0.1", self.port, context=context, timeout=30)
        return _asked(connection, path, method, body, headers)

    def ask_plainly(self, path: str, **headers: str) -> Answer:
        """Ask without TLS."""
        connection = http.client.HTTPConnection("127.0.0.1", self.plain_port, timeout=30)
        return _asked(connection, path, "GET", None, headers)


class _Named(http.client.HTTPSConnection):
    """A connection to the loopback address whose certificate is for the portal's name."""

    def connect(self) -> None:
        raw = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = self._context.wrap_socket(raw, server_hostname=HOST)


def _asked(
    connection: http.client.HTTPConnection, path: str, method: str, body: bytes | None,
    headers: dict[str, str],
) -> Answer:  # fmt: skip
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, body, {"Host": HOST, "Accept-Encoding": "gzip"} | sent)
        got = connection.getresponse()
        content = got.read()
        return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, content)
    finally:
        connection.close()


@contextmanager
def running(
    folder: Path, site: Path, static: Path, upstream: str, *, tls: bool = True, beside: str = ""
) -> Iterator[Front]:
    """Run nginx on free ports while the block lasts; fail with its log when it does not start.

    Without `tls` the portal itself speaks HTTP, to be measured; `beside` is put behind it.
    """
    port, plain_port = free_port(), free_port()
    included = folder / "tls.conf"
    if tls:
        _certificate(folder)
        included.write_text(
            f"listen 127.0.0.1:{port} ssl http2;\n"
            f"ssl_certificate {folder}/tls.crt;\nssl_certificate_key {folder}/tls.key;\n"
        )
    else:
        included.write_text(f"listen 127.0.0.1:{port};\n")
    write_configuration(
        folder, CCHC_HTTP=f"127.0.0.1:{plain_port}", CCHC_TLS=str(included), CCHC_UPSTREAM=upstream,
        CCHC_SITE=str(site), CCHC_STATIC=str(static),
    )  # fmt: skip
    with (folder / "cchc.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(f"\n{beside}\n")
    command = [find(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    log = (folder / "stderr.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(process, port, folder)
        yield Front(port, plain_port, folder)
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def write_configuration(folder: Path, **values: str) -> None:
    """Fill in the shipped template; a name without a value fails."""
    values |= {"CCHC_HOST": HOST, "CCHC_HEADERS": str(DEPLOY / "nginx" / "cchc-headers.conf")}
    lines = (DEPLOY / "nginx" / "cchc.conf.template").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    filled = _Braced(text).substitute(values)
    (folder / "cchc.conf").write_text(filled, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    # Run by root, nginx would give its workers to a user that cannot read the test's folders.
    user = "user root;" if os.geteuid() == 0 else ""
    main = _MAIN.format(folder=folder, temporary=temporary, user=user)
    (folder / "nginx.conf").write_text(main, encoding="utf-8")


class _Braced(string.Template):
    """Fills ${NAME} only, as envsubst is told to; nginx's own $names stay."""

    pattern = r"\$(?:(?P<escaped>\$)|(?P<named>(?!))|\{(?P<braced>CCHC_[A-Z]+)\}|(?P<invalid>(?!)))"


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    for _try in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"nginx did not start: {(folder / 'stderr.log').read_text(encoding='utf-8')}")


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
