/** Ed25519 over exact bytes: the browser's own where it has one, a small audited library where it does not. */
import { sha512 } from '@noble/hashes/sha2.js';
import keys from '../trusted_keys.json';
import { Trouble } from './trouble';

export type TrustedKeys = Record<string, string>;

/** Key id to public key, base64. An operator puts his own here before building. */
export const TRUSTED_KEYS: TrustedKeys = keys;

/** Whether a trusted key signed these exact bytes of `what`. Raises `unknown-key` or `changed`. */
export async function verify(
  raw: Uint8Array,
  signature: Uint8Array,
  trusted: TrustedKeys,
  what: string,
): Promise<void> {
  const { key, signed } = parsed(signature, trusted, what);
  if (!(await holds(key, signed, raw))) throw new Trouble('changed', '', { what });
}

/** What a signed document says; null where it is no JSON, and so of a form that this client does not know. */
export function content(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(raw));
  } catch {
    return null;
  }
}

function parsed(signature: Uint8Array, trusted: TrustedKeys, what: string) {
  try {
    const document = JSON.parse(new TextDecoder().decode(signature));
    if (!Object.hasOwn(trusted, document.key_id)) throw new Error('unknown key');
    return { key: bytesOf(trusted[document.key_id]), signed: bytesOf(document.signature) };
  } catch {
    throw new Trouble('unknown-key', '', { what });
  }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

async function holds(key: Uint8Array<ArrayBuffer>, signed: Uint8Array<ArrayBuffer>, raw: Uint8Array): Promise<boolean> {
  const native = await nativeKey(key);
  if (native) return crypto.subtle.verify('Ed25519', native, signed, raw.slice());
  return portableHolds(key, signed, raw);
}

async function nativeKey(key: Uint8Array<ArrayBuffer>): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  } catch {
    return null; // browsers before 2025 do not know the algorithm; pages over http have no WebCrypto at all
  }
}

/** The same without WebCrypto. */
export async function portableHolds(key: Uint8Array, signed: Uint8Array, raw: Uint8Array): Promise<boolean> {
  const ed25519 = await import('@noble/ed25519');
  ed25519.hashes.sha512 = sha512;
  try {
    return ed25519.verify(signed, raw, key, { zip215: false });
  } catch {
    return false; // a signature of another length
  }
}
