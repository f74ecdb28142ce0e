"""The channel file: what may be signed, and what a check refuses."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mobile_export import check, sign
from mobile_export.channel import CLOCK, ChannelError, Terms, check_channel, compose
from mobile_export.signing import SigningKey, make_key
from tests.mobile_export.test_export_sign import flip, write_dummy

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
A, B = "a" * 64, "b" * 64


@pytest.fixture
def key(tmp_path) -> SigningKey:
    return make_key(tmp_path, "ops")


@pytest.fixture
def bundle(tmp_path, key) -> Path:
    folder = write_dummy(tmp_path / "bundle", 2)
    (folder / "bundle.sig").write_text(key.sign((folder / "bundle.json").read_bytes()))
    return folder


@pytest.fixture
def signed(bundle, tmp_path, key):
    """Signs a channel by the command; its content, or None when it was refused."""

    def run(*words: str) -> dict | None:
        status = sign.main(["channel", str(bundle), "--key", str(tmp_path / "ops.pem"), *words])
        return json.loads((bundle / "channel.json").read_text()) if status == 0 else None

    return run


def verdict(bundle: Path, key: SigningKey, seen: int = 0, now: datetime | None = None) -> list[str]:
    found = check_channel(bundle, (bundle / "bundle.json").read_bytes(), {"ops": key.public}, seen, now)
    assert found["ok"] == (not found["faults"])
    return found["faults"]


def test_a_channel_says_what_design_md_lists(signed, bundle, key):
    held = signed("--rollout", "10", "--min-app", "1.2.0", "--expires-days", "2", "--revoke", B)
    wanted = {"channel": "stable", "sequence": 1, "rollout_pct": 10, "min_app": "1.2.0", "revoked": [B]}
    assert wanted.items() <= held.items() and held["rollback"] is False
    lasts = datetime.strptime(held["expires_at"], CLOCK) - datetime.strptime(held["issued_at"], CLOCK)
    assert lasts == timedelta(days=2)
    assert verdict(bundle, key) == []


def test_the_sequence_rises_by_itself_and_a_given_one_must(signed, capsys):
    assert [signed()["sequence"], signed()["sequence"], signed("--sequence", "9")["sequence"]] == [1, 2, 9]
    assert signed("--sequence", "9") is None and signed("--sequence", "3") is None
    assert "does not rise above 9" in capsys.readouterr().err


def test_a_rollback_is_a_newer_channel_that_names_the_older_bundle(signed, bundle, key, tmp_path):
    signed()
    old = write_dummy(bundle / "previous" / "1", 1)
    (old / "bundle.sig").write_text(key.sign((old / "bundle.json").read_bytes()))
    held = signed("--rollback-to", str(old), "--revoke", str(bundle))
    assert held["sequence"] == 2 and held["rollback"] is True
    trusted = {"ops": key.public}
    assert check_channel(bundle, (old / "bundle.json").read_bytes(), trusted, 1)["ok"]
    assert not check_channel(bundle, (bundle / "bundle.json").read_bytes(), trusted, 1)["ok"]


def test_what_was_revoked_stays_revoked_and_is_never_named(signed, bundle, capsys):
    assert signed("--revoke", B)["revoked"] == signed()["revoked"] == [B]
    assert signed("--revoke", str(bundle)) is None
    assert "is revoked" in capsys.readouterr().err


def test_an_unsigned_bundle_is_not_named(signed, bundle, capsys):
    (bundle / "bundle.sig").unlink()
    assert signed() is None and "sign bundle" in capsys.readouterr().err


def test_a_file_that_is_no_channel_is_not_overwritten(signed, bundle):
    (bundle / "channel.json").write_text('{"sequence": "high"}')
    assert signed() is None
    assert (bundle / "channel.json").read_text() == '{"sequence": "high"}'


@pytest.mark.parametrize(
    "words", [("--rollout", "101"), ("--rollout", "-1"), ("--expires-days", "0"), ("--min-app", "1")]
)
def test_terms_out_of_range_are_refused_by_the_command_line(signed, words):
    with pytest.raises(SystemExit):
        signed(*words)


def test_a_channel_expires(signed, bundle, key):
    signed("--expires-days", "1")
    assert verdict(bundle, key) == []
    (fault,) = verdict(bundle, key, now=datetime.now(UTC) + timedelta(days=1, minutes=1))
    assert "expired" in fault


def test_a_sequence_lower_than_the_one_seen_is_refused_and_the_same_is_not(signed, bundle, key):
    signed("--sequence", "4")
    assert verdict(bundle, key, seen=4) == []
    (fault,) = verdict(bundle, key, seen=5)
    assert "lower than 5" in fault


def test_another_bundle_than_the_named_one_is_refused(signed, bundle, key):
    signed()
    (bundle / "bundle.json").write_text((bundle / "bundle.json").read_text() + " ")
    (fault,) = verdict(bundle, key)
    assert "names bundle" in fault


def test_every_flipped_byte_of_channel_and_signature_is_refused(signed, bundle, key):
    signed()
    for name in ("channel.json", "channel.sig"):
        for place in range(len((bundle / name).read_bytes())):
            flip(bundle / name, place)
            assert verdict(bundle, key), (name, place)
            flip(bundle / name, place)
    assert verdict(bundle, key) == []


def test_a_channel_by_an_unknown_key_and_one_without_signature_are_refused(signed, bundle, key):
    signed()
    raw = (bundle / "bundle.json").read_bytes()
    assert "not a trusted key" in check_channel(bundle, raw, {"other": key.public})["faults"][0]
    (bundle / "channel.sig").unlink()
    assert "missing" in check_channel(bundle / "channel.json", raw, {"ops": key.public})["faults"][0]


def test_the_check_command_judges_the_channel_before_it_runs_a_file(signed, bundle, key, tmp_path, capsys):
    signed("--sequence", "3")
    (tmp_path / "trusted.json").write_text(json.dumps({"ops": key.public}))
    (bundle / "golden.json").write_text("changed")  # so that nothing is run
    base = [str(bundle), "--trusted-keys", str(tmp_path / "trusted.json"), "--json", "-", "--channel", str(bundle)]
    for seen, ok in ((3, True), (4, False)):
        capsys.readouterr()
        assert check.main([*base, "--seen-sequence", str(seen)]) == 1
        assert json.loads(capsys.readouterr().out)["checks"]["channel"]["ok"] is ok


def test_the_first_sequence_is_one_and_zero_is_refused():
    assert compose(A, None, Terms(), [], NOW)["sequence"] == 1
    with pytest.raises(ChannelError):
        compose(A, None, Terms(sequence=0), [], NOW)
