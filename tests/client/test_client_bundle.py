"""A bundle is used when a trusted key signed it, when it is whole, and when all is there that this client needs."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sample_clients.python.bundle import BundleError, open_bundle
from sample_clients.python.channel import UpdateRefused, read_channel
from sample_clients.python.selftest import read_golden
from tests.golden import updates

REFERENCE = Path(__file__).parents[2] / "mobile_export" / "reference"
DESCRIBED = json.loads((REFERENCE / "bundle.json").read_bytes())
GOLDEN = json.loads((REFERENCE / "golden.json").read_bytes())
MODEL = b"not a real model"
PART = {"path": "m.pte", "bytes": len(MODEL), "sha256": hashlib.sha256(MODEL).hexdigest()}
FILE = {"format": "executorch", "backend": "xnnpack", "precision": "int8", "min_runtime": "1.4.0", "parts": [PART]}


@pytest.fixture
def signed(tmp_path):
    """Writes the committed bundle's description with a small file, changed and signed; its folder."""
    key = Ed25519PrivateKey.generate()

    def write(change=lambda data: data, **changes):
        raw = json.dumps(change(DESCRIBED | {"files": [FILE | changes]})).encode()
        signature = base64.b64encode(key.sign(raw)).decode()
        (tmp_path / "m.pte").write_bytes(MODEL)
        (tmp_path / "bundle.json").write_bytes(raw)
        (tmp_path / "bundle.sig").write_text(json.dumps({"key_id": "test", "signature": signature}))
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        (tmp_path / "keys.json").write_text(json.dumps({"test": base64.b64encode(public).decode()}))
        return tmp_path

    return write


def test_a_bundle_signed_by_a_trusted_key_opens(signed):
    folder = signed()
    assert open_bundle(folder, folder / "keys.json").model_path.name == "m.pte"


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda f: (f / "bundle.json").write_bytes((f / "bundle.json").read_bytes() + b" "), "changed after"),
        (lambda f: (f / "m.pte").write_bytes(b"another model!!!"), "missing or damaged"),
        (lambda f: (f / "m.pte").unlink(), "missing or damaged"),
        (lambda f: (f / "keys.json").write_text("{}"), "unknown key"),
        (lambda f: (f / "bundle.sig").write_text("{"), "unknown key"),
        (lambda f: (f / "bundle.sig").write_bytes(b"\xff\xfe"), "unknown key"),
        (lambda f: (f / "bundle.json").unlink(), "no signed bundle"),
    ],
)
def test_a_bundle_that_was_tampered_with_is_refused(signed, damage, sentence):
    folder = signed()
    damage(folder)
    with pytest.raises(BundleError, match=sentence):
        open_bundle(folder, folder / "keys.json")


@pytest.mark.parametrize("needed", ["1.9.0", "9" * 5000 + ".0", "new", "", "1..0", "-1.0"])
def test_a_model_for_a_runtime_that_is_not_here_is_refused(signed, needed):
    folder = signed(min_runtime=needed)
    with pytest.raises(BundleError, match="needs ExecuTorch .*: update the client") as refused:
        open_bundle(folder, folder / "keys.json")
    assert refused.value.reason == "runtime-too-old"


OTHER_FORMS = {
    "a list": lambda data: [data],
    "true for schema 1": lambda data: data | {"schema": True},
    "a sequence as text": lambda data: data | {"sequence": "6"},
    "files that are none": lambda data: data | {"files": ["m.pte"]},
    "no parts": lambda data: data | {"files": [FILE | {"parts": []}]},
    "parts in an object": lambda data: data | {"files": [FILE | {"parts": {"0": PART}}]},
    "a size as text": lambda data: data | {"files": [FILE | {"parts": [PART | {"bytes": "16"}]}]},
    "a path that is no text": lambda data: data | {"files": [FILE | {"parts": [PART | {"path": 7}]}]},
    "a runtime that is a number": lambda data: data | {"files": [FILE | {"min_runtime": 1.4}]},
    "no precision": lambda data: data | {"files": [{k: v for k, v in FILE.items() if k != "precision"}]},
    "no golden photos": lambda data: {k: v for k, v in data.items() if k != "golden"},
    "no attributes": lambda data: data | {"attributes": []},
    "an attribute without a name": lambda data: data | {"attributes": [{"key": "oil"}]},
    "fewer ranges than attributes": lambda data: data | {"decoding": {"conformal_q": [0.1], "coverage": 0.9}},
    "no input size": lambda data: data | {"input": {}},
    "an input of no size": lambda data: data | {"input": {"size": 0}},
    "a gate that is a number": lambda data: data | {"quality_gate": 1},
    "no graded parts": lambda data: data | {"graded_parts": {}},
    "no scale of the maps": lambda data: data | {"outputs": [{"name": "heatmaps"}]},
    "no maps": lambda data: data | {"outputs": []},
}


@pytest.mark.parametrize("what", OTHER_FORMS)
def test_a_description_of_another_form_is_refused_before_the_model_is_read(signed, what):
    folder = signed(OTHER_FORMS[what])
    with pytest.raises(BundleError, match="another form than this client reads: update the client") as refused:
        open_bundle(folder, folder / "keys.json")
    assert refused.value.reason == "other-form"


def photo(**changes):
    """The golden file with a change of its first photo."""
    first, *others = GOLDEN["photos"]
    return GOLDEN | {"photos": [first | changes, *others]}


def answers(**changes):
    """The golden file with a change of an answer."""
    outputs = GOLDEN["photos"][0]["outputs"]
    return photo(outputs=outputs | {"int8": outputs["int8"] | changes})


OTHER_GOLDEN = {
    "a list": [GOLDEN],
    "no list of photos": GOLDEN | {"photos": {}},
    "a photo that is no PNG in base64": photo(png="é"),
    "no answers for the precision": photo(outputs={}),
    "answers that are a list": photo(outputs={"int8": [1, 2]}),
    "fewer grades than attributes": answers(grades=[1]),
    "an expected grade too many": answers(expected=[1.0] * 6),
    "grades as text": answers(balanced=["1"] * 5),
    "centres without columns": answers(heat=[[0.5]] * 5),
    "no tolerance for the precision": GOLDEN | {"tolerance_expected": {}},
    "a tolerance as text": GOLDEN | {"tolerance_quality": "0.01"},
}


@pytest.mark.parametrize("what", OTHER_GOLDEN)
def test_golden_photos_of_another_form_are_refused(what):
    with pytest.raises(BundleError, match="golden photos have another form") as refused:
        read_golden(json.dumps(OTHER_GOLDEN[what]).encode(), "int8", 5)
    assert refused.value.reason == "other-form"


def test_a_model_without_a_golden_photo_is_not_proven():
    with pytest.raises(BundleError, match="without a golden photo that would prove it; not used") as refused:
        read_golden(json.dumps(GOLDEN | {"photos": []}).encode(), "int8", 5)
    assert refused.value.reason == "wrong-answers"


@pytest.mark.parametrize(
    "field",
    [{"sequence": "7"}, {"rollout_pct": "50"}, {"rollout_pct": None}, {"revoked": "abc"}, {"revoked": [7]},
     {"expires_at": 7}, {"expires_at": "soon"}, {"min_app": "new"}, {"min_app": 1}, {"bundle_sha256": "../x"}],
)  # fmt: skip
def test_a_channel_of_another_form_is_refused(tmp_path, field):
    (tmp_path / "keys.json").write_text(json.dumps({updates.FIRST.key_id: updates.FIRST.public}))
    made = updates.signed(updates.channel() | field)
    with pytest.raises(UpdateRefused) as refused:
        read_channel(made["text"].encode(), made["signature"].encode(), tmp_path / "keys.json")
    assert refused.value.reason == "other-form"
