"""Values at rest: sealed, opened, rotated."""

import pytest
from cryptography.fernet import Fernet

from catalog_api.db.encryption import Cipher, EncryptionError

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
VALUE = {"text": "ü\0\ud800", "list": [1, 2.5, None, True], "nested": {"a": {}}}


@pytest.mark.parametrize("keys", [[], [OLD], [NEW, OLD]])
def test_a_value_is_what_it_was(keys):
    cipher = Cipher(keys)
    for value in (VALUE, None, [], "text", 0, "x" * 1_000_000):
        assert cipher.open(cipher.seal(value)) == value


def test_a_sealed_value_cannot_be_read():
    sealed = Cipher([OLD]).seal({"password": "open sesame"})
    assert b"sesame" not in sealed
    assert Cipher([OLD]).seal({"password": "open sesame"}) != sealed


def test_rotation_reads_the_old_and_writes_the_new():
    before = Cipher([OLD]).seal(VALUE)
    rotated = Cipher([NEW, OLD])
    assert rotated.open(before) == VALUE
    assert Cipher([NEW]).open(rotated.seal(VALUE)) == VALUE


def test_values_from_before_encryption_stay_readable():
    assert Cipher([NEW]).open(Cipher().seal(VALUE)) == VALUE


@pytest.mark.parametrize("keys", [[], [NEW]])
def test_a_missing_key_is_named(keys):
    with pytest.raises(EncryptionError, match="keys"):
        Cipher(keys).open(Cipher([OLD]).seal(VALUE))


@pytest.mark.parametrize("body", [b"", b"?", b"x" * 100, b"z", b"zzzz", b"f", b"f" + b"a" * 100])
def test_bytes_that_are_not_ours(body):
    with pytest.raises(EncryptionError):
        Cipher([OLD]).open(body)


def test_a_changed_value_is_refused():
    sealed = bytearray(Cipher([OLD]).seal(VALUE))
    sealed[len(sealed) // 2] ^= 1
    with pytest.raises(EncryptionError):
        Cipher([OLD]).open(bytes(sealed))


@pytest.mark.parametrize("key", ["", "short", "!" * 44, "A" * 42])
def test_a_malformed_key_says_how_to_make_one(key):
    with pytest.raises(ValueError, match="generate_key"):
        Cipher([key])
