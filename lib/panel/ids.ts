/** Identifiers and secrets. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
const LENGTH = 16;

/** Such as `site_4k2j…`: 16 random characters, about 82 bits. */
export function newId(prefix: string): string {
  let text = "";
  while (text.length < LENGTH) {
    // 252 is the largest multiple of 36 in a byte: what is above would make the first characters likelier.
    for (const byte of randomBytes(LENGTH))
      if (byte < 252 && text.length < LENGTH) text += ALPHABET[byte % 36];
  }
  return `${prefix}_${text}`;
}

/** The same site and number give the same id, so that a release has one before anybody wrote it down. */
export function releaseId(siteId: string, number: number): string {
  const digest = createHash("sha256").update(`${siteId}/${number}`).digest();
  return `rel_${[...digest.subarray(0, LENGTH)].map((byte) => ALPHABET[byte % 36]).join("")}`;
}

/** 256 random bits as text for a URL or header. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Compares in the same time whatever differs, also the lengths. */
export function isSameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
