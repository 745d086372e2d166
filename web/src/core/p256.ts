/** The curve P-256 (FIPS 186-5, SP 800-186): what a key's point and a signature's numbers must satisfy. */
import { fromBase64url, toInteger } from "./bytes";

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Whether (x, y) is a point of the curve, its coordinates reduced. */
export function onP256(x: bigint, y: bigint): boolean {
  return x < P && y < P && (y * y - x * x * x + 3n * x - B) % P === 0n;
}

/** Whether r and s of a raw 64-byte signature lie in 1…n−1. */
export function signatureInRange(signature: Uint8Array): boolean {
  const r = toInteger(signature.subarray(0, 32));
  const s = toInteger(signature.subarray(32));
  return signature.length === 64 && r > 0n && r < N && s > 0n && s < N;
}

/** The bytes of a canonical 43-character coordinate, or undefined. */
export function coordinate(text: unknown): Uint8Array | undefined {
  return typeof text === "string" && text.length === 43 ? fromBase64url(text) : undefined;
}
