"""ECDSA on P-256 with SHA-256 (ES256, RFC 7518 section 3.4): keys, the signature's two forms, signing, verifying."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK

from credentials import b64

SIGNATURE_BYTES = 64
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
# Hashing with hashlib and handing over the digest is quicker than letting the library hash.
_PREHASHED = ec.ECDSA(Prehashed(hashes.SHA256()))
_DETERMINISTIC = ec.ECDSA(Prehashed(hashes.SHA256()), deterministic_signing=True)
_CURVE = ec.SECP256R1()
_ZERO = bytes(32)
_ORDER = N.to_bytes(32)
_FRAMES = {
    (0, 0): (b"\x30\x44\x02\x20", b"\x02\x20"),
    (1, 0): (b"\x30\x45\x02\x21\0", b"\x02\x20"),
    (0, 1): (b"\x30\x45\x02\x20", b"\x02\x21\0"),
    (1, 1): (b"\x30\x46\x02\x21\0", b"\x02\x21\0"),
}
_HIGH_BIT = 0x80


class Signer(Protocol):
    """What signs a credential: a day key, a root key in a KMS, a key in a file."""

    @property
    def kid(self) -> str:
        """The key's name: base64url of the first 8 bytes of its RFC 7638 thumbprint."""

    def sign(self, message: bytes) -> bytes:
        """ES256 over `message`: 64 bytes, r‖s, deterministic (RFC 6979)."""


def _der_integer(number: bytes) -> bytes:
    short = number.lstrip(b"\0") or b"\0"
    if short[0] >= _HIGH_BIT:
        short = b"\0" + short
    return b"\x02%c%b" % (len(short), short)


def to_der(signature: bytes) -> bytes:
    """r‖s (64 bytes) as the DER that `cryptography` reads; by hand, a quarter of the library's time."""
    r, s = signature[:32], signature[32:]
    if r[0] and s[0]:
        # 255 of 256 integers: 32 bytes, or 33 with a zero in front of the high bit.
        before, between = _FRAMES[r[0] >> 7, s[0] >> 7]
        return before + r + between + s
    body = _der_integer(signature[:32]) + _der_integer(signature[32:])
    return b"\x30%c%b" % (len(body), body)


def from_der(der: bytes) -> bytes:
    """DER of a P-256 signature as r‖s; for what our own library made, not for hostile input."""
    r_end = 4 + der[3]
    return der[4:r_end].lstrip(b"\0").rjust(32, b"\0") + der[r_end + 2 :].lstrip(b"\0").rjust(32, b"\0")


def is_genuine(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> bool:
    """Whether `signature` (64 bytes, r‖s, both in 1…n−1) over `message` is by `key`."""
    # Texts of one length compare as the numbers they are.
    if not (_ZERO < signature[:32] < _ORDER and _ZERO < signature[32:] < _ORDER):
        return False
    try:
        key.verify(to_der(signature), sha256(message).digest(), _PREHASHED)
    except InvalidSignature:
        return False
    return True


def is_point(coordinates: bytes) -> bool:
    """Whether x‖y (64 bytes) is a point on P-256 in canonical coordinates."""
    x = int.from_bytes(coordinates[:32])
    y = int.from_bytes(coordinates[32:])
    return x < P and y < P and (y * y - (x * x - 3) * x - _B) % P == 0


def public_key(coordinates: bytes) -> ec.EllipticCurvePublicKey:
    """The key at x‖y (64 bytes); ValueError when that is no point on P-256."""
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, b"\x04" + coordinates)


def coordinates_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """x‖y of a public key, 64 bytes."""
    encoding, form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return key.public_bytes(encoding, form)[1:]


def thumbprint(x: str, y: str) -> bytes:
    """RFC 7638 thumbprint of a P-256 JWK, 32 bytes."""
    return sha256(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode()).digest()


def kid_of(x: str, y: str) -> str:
    """The name of a key: base64url of the first 8 bytes of its thumbprint."""
    return b64.encode(thumbprint(x, y)[:8])


class LocalSigner:
    """A signer whose private key is in this process: a decrypted day key, a holder in a test, a key in a file."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != _CURVE.name:
            raise ValueError("the private key is not on P-256")
        self._key = key
        coordinates = coordinates_of(key.public_key())
        self._x, self._y = b64.encode(coordinates[:32]), b64.encode(coordinates[32:])
        self.kid = kid_of(self._x, self._y)

    @classmethod
    def generate(cls) -> Self:
        """A new key from the system's random numbers."""
        return cls(ec.generate_private_key(_CURVE))

    @classmethod
    def from_secret(cls, secret: int) -> Self:
        """The key whose private scalar is `secret`, 1…n−1: for vectors that must come out the same everywhere."""
        return cls(ec.derive_private_key(secret, _CURVE))

    @classmethod
    def from_der(cls, der: bytes) -> Self:
        """From PKCS #8 DER, as a KMS hands out a data key pair."""
        return cls._of(serialization.load_der_private_key(der, None))

    @classmethod
    def from_pem(cls, pem: bytes | str) -> Self:
        """From an unencrypted PEM."""
        return cls._of(serialization.load_pem_private_key(pem.encode() if isinstance(pem, str) else pem, None))

    @classmethod
    def from_jwk(cls, jwk: dict[str, Any]) -> Self:
        """From a private JWK (`d` present)."""
        try:
            key = JWK(**{name: jwk[name] for name in ("kty", "crv", "x", "y", "d")})
        except (JWException, KeyError):
            raise ValueError("not a private JWK") from None
        return cls._of(key.get_op_key("sign"))

    @classmethod
    def _of(cls, key: object) -> Self:
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("the private key is not on P-256")  # noqa: TRY004 - one error for every wrong key
        return cls(key)

    def sign(self, message: bytes) -> bytes:
        """ES256 over `message`, deterministic: the same message gives the same 64 bytes."""
        return from_der(self._key.sign(sha256(message).digest(), _DETERMINISTIC))

    def public_jwk(self) -> dict[str, str]:
        """The public half in the member order of a thumbprint: crv, kty, x, y."""
        return {"crv": "P-256", "kty": "EC", "x": self._x, "y": self._y}

    def private_jwk(self) -> dict[str, str]:
        """The whole key, for a file that only its owner reads."""
        secret = self._key.private_numbers().private_value.to_bytes(32)
        return {**self.public_jwk(), "d": b64.encode(secret), "kid": self.kid}
