/** Ids are made here, on the device, so that sending a record twice changes nothing. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import type { Entry } from './records';

/** SHA-256 of bytes, 64 hex digits. Not WebCrypto's: that one cannot be awaited inside a database transaction. */
export function hashOf(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/** 128 random bits, 32 hex digits. */
export function randomName(): string {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(16)));
}

/** SHA-256 of the canonical JSON (RFC 8785), 64 hex digits. */
export function contentHash(record: Entry): string {
  return hashOf(utf8ToBytes(canonicalize(record) ?? ''));
}

/**
 * The id of our copy when another body holds its id: the same on every device, so that it exists once.
 * The time of the old id, then version, variant and bits of the content hash.
 */
export function secondId(record: Entry): string {
  const digest = contentHash(record);
  const variant = '89ab'[parseInt(digest[3], 16) & 3];
  return `${record.id.slice(0, 13)}-7${digest.slice(0, 3)}-${variant}${digest.slice(4, 7)}-${digest.slice(7, 19)}`;
}
