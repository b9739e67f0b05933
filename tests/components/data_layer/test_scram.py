from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode

from hypothesis import given
from hypothesis import strategies as st

from components.data_layer.scram import scram_secret

# RFC 7677, section 3: the whole exchange of user "user" with the password "pencil"
SALT = "W22ZaJ0SNY7soEsUEjb6gQ=="
MESSAGES = (
    "n=user,r=rOprNGfwEbeRWgbNEkqO,"
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
)
PROOF = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
SIGNATURE = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_the_secret_lets_in_who_the_rfc_lets_in() -> None:
    """A server that holds the secret finds the RFC's proof right, and signs as the RFC's server does."""
    mechanism, middle, keys = scram_secret("pencil", SALT).split("$")
    assert (mechanism, middle) == ("SCRAM-SHA-256", f"4096:{SALT}")
    stored, server = (b64decode(key, validate=True) for key in keys.split(":"))
    signature = hmac.digest(stored, MESSAGES.encode(), "sha256")
    client_key = bytes(a ^ b for a, b in zip(signature, b64decode(PROOF), strict=True))
    assert hashlib.sha256(client_key).digest() == stored
    assert b64encode(hmac.digest(server, MESSAGES.encode(), "sha256")).decode() == SIGNATURE


@given(st.text("abcXYZ019", min_size=16, max_size=32))
def test_the_password_is_not_in_it(password: str) -> None:
    assert password not in scram_secret(password, SALT)
