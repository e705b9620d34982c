"""Asks a real server whether it does what /openapi.json says.

Makes a virtual environment under target/ with the versions that
schemathesis-requirements.txt pins, starts `ringside-ingest` on a new database
with one match in it, and lets schemathesis send what the document allows and
what it forbids, with real tokens. Then the same of a server that has no room and
lets nobody ask twice, whose 429 and 503 have to say when to come back. Needs
nothing but Python.

Exit codes: 0 the document is true, 1 it is not, 77 it could not be asked, with
the reason on stdout; 75 the same where the reason lies beyond this machine: the
package registry gave nothing.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
REQUIREMENTS = pathlib.Path(__file__).with_name("schemathesis-requirements.txt")
WINDOWS = os.name == "nt"
BIN = "Scripts" if WINDOWS else "bin"
EXE = ".exe" if WINDOWS else ""

SKIPPED = 77
UNREACHABLE = 75
# What pip says of an index that it could not ask.
NO_INDEX = "(from versions: none)"
ENROLMENT_KEY = "an-enrolment-key-for-the-contract"
# The key that the document gives as its example.
MATCH = "cs2:example"
# A server that gives everything to one device, and one that gives nothing.
OPEN_HANDED = ["--requests-per-minute-max", "1000000", "--disk-floor", "0"]
CLOSE_FISTED = ["--requests-per-minute-max", "1", "--disk-floor", str(2 ** 63)]
# Cases an operation: about half a minute on two cores; a long run has the time.
LONG = bool(os.environ.get("RINGSIDE_LONG"))
EXAMPLES = "500" if LONG else "50"
FEW_EXAMPLES = "5"
SEED = os.environ.get("RINGSIDE_SEED", "1")
# A pip that finds no network tries for minutes on its own account.
INSTALL_TIMEOUT_S = 120
RUN_TIMEOUT_S = 900 if LONG else 60


# Whatever proxy the environment names, this machine is asked itself.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Skipped(Exception):
    """The machine does not give what is needed."""

    code = SKIPPED


class Unreachable(Skipped):
    """The package registry does not."""

    code = UNREACHABLE


def tool():
    """The pinned schemathesis, installed where it is not."""
    venv = TARGET / "schemathesis" / "venv"
    stamp = venv / "installed.txt"
    wanted = REQUIREMENTS.read_text()
    if not stamp.is_file() or stamp.read_text() != wanted:
        attempt([sys.executable, "-m", "venv", "--clear", str(venv)], "no virtual environment")
        pip = [str(venv / BIN / f"python{EXE}"), "-m", "pip", "install", "--quiet",
               "--disable-pip-version-check", "--retries", "1", "--timeout", "10"]
        attempt(pip + ["--requirement", str(REQUIREMENTS)], "schemathesis cannot be installed")
        stamp.write_text(wanted)
    return str(venv / BIN / f"schemathesis{EXE}")


def attempt(command, otherwise):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise Unreachable(f"{otherwise}: {error}") from error
    except OSError as error:
        raise Skipped(f"{otherwise}: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        lines = said.splitlines()
        why = Unreachable if NO_INDEX in said else Skipped
        raise why(f"{otherwise}: {lines[-1] if lines else done.returncode}")


class Server:
    """A real server on a new database, stopped at the end."""

    def __init__(self, folder, bounds):
        self.program = TARGET / "debug" / f"ringside-ingest{EXE}"
        if not self.program.is_file():
            raise Skipped(f"{self.program.name} is not built")
        self.data = ["--data-dir", str(folder / "data")]
        self.process = subprocess.Popen(
            [self.program, "serve", "--listen", "127.0.0.1:0", *self.data,
             "--enrolment-key", ENROLMENT_KEY, *bounds],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "RINGSIDE_LOG": "warn"},
        )
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise RuntimeError(f"the server did not start: {line!r}")
        self.url = line.removeprefix("listening on ").strip()

    def account(self, *arguments):
        command = [self.program, *arguments, "--json", *self.data]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    def answered(self, status):
        """How many requests were, by the server's own count."""
        with DIRECT.open(f"{self.url}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.startswith("ringside_ingest_requests_total{")
                   and f'status="{status}"' in line)

    def stop(self):
        """In order; what comes out is the server's own word on how it went."""
        if WINDOWS:
            self.process.kill()
            self.process.wait()
            return 0
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


def post_match(url, device, token):
    """One match that is over, so that the device may read it too."""
    observed = {"epoch": str(uuid.UUID(int=1)), "mono_ms": 1}
    actors = {"attacker": "Ana", "victim": "Bo", "assists": []}
    batch = [
        {
            "specversion": "1.0", "id": kind, "source": f"urn:ringside:device:{device}",
            "type": f"ringside.{kind}.v1", "subject": MATCH, "partitionkey": MATCH,
            "time": "2026-11-20T19:00:00.000Z", "origin": "replay",
            "datacontenttype": "application/json",
            "data": {"game": "cs2", "match": {"key": MATCH, "origin": "native"},
                     "observer": "Ana", "actors": actors, "round": 1, "ordinal": None,
                     "identity": "native", "match_clock_ms": None, "observed": observed,
                     "details": {}},
        }
        for kind in ("match_started", "kill", "match_ended")
    ]
    headers = {"Authorization": f"Bearer {token}",
               "Content-Type": "application/cloudevents-batch+json"}
    request = urllib.request.Request(
        f"{url}/v1/events", json.dumps(batch).encode(), headers, method="POST")
    with DIRECT.open(request, timeout=30) as answer:
        statuses = [receipt["status"] for receipt in json.load(answer)["receipts"]]
    assert statuses == ["stored"] * len(batch), statuses


def ask(schemathesis, server, folder):
    device = server.account("device", "add", "--name", "contract")
    reader = server.account("reader", "add", "--name", "contract")
    post_match(server.url, device["device"], device["token"])
    operator = server.account("reader", "add", "--name", "contract operator", "--operator")
    tokens = {"device": device["token"], "reader": reader["token"],
              "operator": operator["token"], "enrolment_key": ENROLMENT_KEY}
    # Nothing in a schema says that a key was used for another body before.
    strict = ["2xx", "409", "422"]
    # This phase takes "0" for a text that the patterns of our headers allow.
    lenient = strict + ["400"]
    runs = [("examples,fuzzing,stateful", strict), ("coverage", lenient)]
    codes = [run(schemathesis, server, folder, tokens, EXAMPLES, phases, expected(accepted))
             for phases, accepted in runs]
    return max(codes)


def expected(accepted):
    return ["--checks", "all"], (
        "[[operations]]\n"
        'include-path = "/v1/events"\n'
        f"checks.positive_data_acceptance.expected-statuses = {json.dumps(accepted)}\n"
        # Nor that an operator names a device, and a device none but itself.
        "[[operations]]\n"
        'include-method = "DELETE"\n'
        'checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "403", "404"]\n')


def ask_refused(schemathesis, server, folder):
    """What is refused is refused as the document says: with Retry-After."""
    device = server.account("device", "add", "--name", "contract")
    # As a reader too: readers have no quota.
    tokens = {"device": device["token"], "reader": device["token"],
              "operator": device["token"], "enrolment_key": ENROLMENT_KEY}
    checks = ["--checks", "status_code_conformance,content_type_conformance,"
                          "response_headers_conformance,response_schema_conformance"]
    code = run(schemathesis, server, folder, tokens, FEW_EXAMPLES, "examples,fuzzing",
               (checks, ""))
    for status in (429, 503):
        if not server.answered(status):
            print(f"no request was answered with {status}")
            code = 1
    return code


def run(schemathesis, server, folder, tokens, examples, phases, checks):
    arguments, more = checks
    config = folder / "schemathesis.toml"
    config.write_text(more + "".join(
        f"[auth.openapi.{name}]\nbearer = {json.dumps(token)}\n"
        for name, token in tokens.items()))
    command = [schemathesis, "--config-file", str(config), "run", f"{server.url}/openapi.json",
               # It goes on for as long as anybody reads: ingest-server's own tests.
               "--exclude-path-regex", "/feed$",
               "--phases", phases, *arguments, "--max-examples", examples,
               "--seed", SEED, "--continue-on-failure", "--warnings", "off",
               "--request-timeout", "10"]
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "PYTHONUTF8": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, timeout=RUN_TIMEOUT_S).returncode


def asked(question, schemathesis, bounds):
    """What schemathesis and the server end with."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        server = Server(folder, bounds)
        try:
            failed = question(schemathesis, server, folder)
        finally:
            stopped = server.stop()
    return failed, stopped


def main():
    try:
        schemathesis = tool()
        failed, stopped = asked(ask, schemathesis, OPEN_HANDED)
        refused, stopped_full = asked(ask_refused, schemathesis, CLOSE_FISTED)
        failed, stopped = failed or refused, stopped or stopped_full
    except Skipped as reason:
        print(f"skipped: {reason}")
        return reason.code
    if failed:
        print(f"the server is not what its document says (seed {SEED})")
    if stopped:
        print(f"the server ended with {stopped}")
    return 1 if failed or stopped else 0


if __name__ == "__main__":
    sys.exit(main())
