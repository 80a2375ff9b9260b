"""Runs the official Python client (PyPI replicate==1.0.7), unchanged, against
a running look-alike.

REPLICATE_BASE_URL: the server's origin, without /v1. REPLICATE_API_TOKEN: its
token. Prints one line for each probe and exits non-zero if one fails.
"""

import base64
import hashlib
import hmac
import io
import json
import os
import sys
import threading
import traceback
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import replicate
from replicate.exceptions import ModelError, ReplicateError
from replicate.webhook import Webhooks

ORIGIN = os.environ["REPLICATE_BASE_URL"].rstrip("/")
SCENE = "bytedance/seedance-1-pro-fast"
TEXT = "openai/gpt-5-mini"
PROBES = []


def probe(function):
    """Adds a function to what is run."""
    PROBES.append(function)
    return function


def scene_input(title, **more):
    """The input of a small, short clip."""
    return {"prompt": f"{title}: a boat", "duration": 2, "resolution": "480p", **more}


def add_rule(**rule):
    """Tells the look-alike to misbehave."""
    body = json.dumps(rule).encode()
    request = urllib.request.Request(
        f"{ORIGIN}/_control/rules", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        assert response.status == 201


def raises(error, function):
    """The error that `function` must raise."""
    try:
        function()
    except error as raised:
        return raised
    raise AssertionError(f"{error.__name__} was not raised")


class Receiver:
    """Receives webhooks on a port of its own."""

    def __init__(self):
        received = self.received = []
        arrived = self.arrived = threading.Semaphore(0)

        class Handler(BaseHTTPRequestHandler):
            """Keeps what is posted."""

            def do_POST(self):
                """Answers 200."""
                body = self.rfile.read(int(self.headers["content-length"]))
                received.append((dict(self.headers.items()), body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()
                arrived.release()

            def log_message(self, *_):
                """Says nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?scene=3"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self):
        """The next webhook: headers and body."""
        assert self.arrived.acquire(timeout=30), "no webhook came"
        return self.received.pop(0)


@probe
def run_a_model_by_name():
    output = replicate.run(SCENE, input=scene_input("Run"))
    assert str(output).startswith(f"{ORIGIN}/outputs/"), output
    with urllib.request.urlopen(str(output)) as response:
        assert response.headers["content-type"] == "video/mp4"
        assert response.read(8)[4:8] == b"ftyp"


@probe
def run_a_model_by_version():
    version = replicate.models.get(SCENE).latest_version.id
    output = replicate.run(f"{SCENE}:{version}", input=scene_input("Version"))
    assert str(output).endswith(".mp4"), output


@probe
def run_a_language_model():
    output = "".join(replicate.run(TEXT, input={"prompt": "An owl: 3 scenes"}))
    assert len(json.loads(output)["scenes"]) == 3, output


@probe
def run_several_pictures():
    name = "black-forest-labs/flux-schnell"
    given = {"prompt": "Owl", "num_outputs": 2, "megapixels": "0.25"}
    output = replicate.run(name, input=given)
    assert len(output) == 2, output


@probe
def run_music():
    given = {"prompt": "calm piano", "duration": 5}
    output = replicate.run("stability-ai/stable-audio-2.5", input=given)
    assert str(output).endswith(".mp3"), output


@probe
def create_reload_and_wait():
    prediction = replicate.predictions.create(model=SCENE, input=scene_input("Wait"))
    assert prediction.status in ("starting", "processing"), prediction
    prediction.wait()
    assert prediction.status == "succeeded", prediction
    assert prediction.metrics["predict_time"] > 0
    assert replicate.predictions.get(prediction.id).output == prediction.output


@probe
def create_by_version_without_a_registry():
    version = "0" * 64
    prediction = replicate.predictions.create(version=version, input={"text": "hi"})
    prediction.wait()
    assert prediction.status == "succeeded", prediction


@probe
def cancel():
    add_rule(match="py-cancel", behaviour="hang", times=1)
    prediction = replicate.predictions.create(model=TEXT, input={"prompt": "py-cancel"})
    prediction.cancel()
    prediction.reload()
    assert prediction.status == "canceled", prediction


@probe
def list_predictions():
    page = replicate.predictions.list()
    assert page.results and page.next is None, page
    assert page.results[0].created_at >= page.results[-1].created_at


@probe
def failure_is_a_model_error():
    add_rule(match="py-fail", behaviour="fail", times=1)
    error = raises(ModelError, lambda: replicate.run(TEXT, input={"prompt": "py-fail"}))
    assert "E6716" in str(error), error


@probe
def invalid_input_is_422():
    given = scene_input("Invalid", aspect_ratio="2:1")
    error = raises(ReplicateError, lambda: replicate.run(SCENE, input=given))
    assert error.status == 422 and "aspect_ratio" in error.detail, error


@probe
def unauthenticated_is_401():
    client = replicate.Client(api_token="wrong", base_url=ORIGIN)
    error = raises(ReplicateError, client.models.list)
    assert error.status == 401 and error.title == "Unauthenticated", error


@probe
def throttled_is_429():
    add_rule(match="py-throttle", behaviour="throttle", times=1)
    given = {"prompt": "py-throttle"}
    error = raises(ReplicateError, lambda: replicate.run(TEXT, input=given))
    assert error.status == 429 and "throttled" in error.detail, error


@probe
def models_and_versions():
    model = replicate.models.get(SCENE)
    assert (model.owner, model.name) == tuple(SCENE.split("/"))
    (version,) = model.versions.list()
    schema = model.versions.get(version.id).openapi_schema
    assert schema["components"]["schemas"]["Output"]["type"] == "string"
    assert any(found.name == model.name for found in replicate.models.list())


@probe
def files():
    content = io.BytesIO(b"hello")
    content.name = "hello.txt"
    file = replicate.files.create(content)
    assert file.size == 5 and file.urls["get"].startswith(ORIGIN), file
    assert replicate.files.get(file.id).checksums["sha256"] == file.checksums["sha256"]
    assert any(found.id == file.id for found in replicate.files.list())
    replicate.files.delete(file.id)
    assert raises(ReplicateError, lambda: replicate.files.get(file.id)).status == 404


@probe
def stream():
    events = list(replicate.stream(TEXT, input={"prompt": "An owl: 2 scenes"}))
    text = "".join(str(event) for event in events)
    assert len(json.loads(text.removesuffix("{}"))["scenes"]) == 2, text


@probe
def webhooks_validate():
    secret = replicate.webhooks.default.secret()
    receiver = Receiver()
    replicate.predictions.create(
        model=TEXT,
        input={"prompt": "webhook"},
        webhook=receiver.url,
        webhook_events_filter=["start", "completed"],
    )
    for status in ("processing", "succeeded"):
        headers, body = receiver.next()
        Webhooks.validate(headers=headers, body=body.decode(), secret=secret, tolerance=60)
        assert json.loads(body)["status"] == status, body
    headers["webhook-id"] += "x"
    raises(
        Exception,
        lambda: Webhooks.validate(headers=headers, body=body.decode(), secret=secret),
    )


@probe
def webhook_signature_by_hand():
    """Standard Webhooks without the client: HMAC over id.timestamp.body."""
    key = base64.b64decode(replicate.webhooks.default.secret().key.removeprefix("whsec_"))
    receiver = Receiver()
    replicate.predictions.create(
        model=TEXT,
        input={"prompt": "webhook"},
        webhook=receiver.url,
        webhook_events_filter=["completed"],
    )
    headers, body = receiver.next()
    headers = {name.lower(): value for name, value in headers.items()}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}", headers


def main():
    """Runs every probe; the exit code says whether all passed."""
    failed = 0
    for function in PROBES:
        try:
            function()
            print(f"ok      {function.__name__}")
        except Exception:
            failed += 1
            print(f"FAILED  {function.__name__}")
            traceback.print_exc()
    print(f"python: {len(PROBES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
