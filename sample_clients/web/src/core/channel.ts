/** The signed channel file: which bundle apps should take, from when, until when, how many of them. */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { VERSION } from './records';
import { type TrustedKeys, verify } from './signature';
import { Trouble } from './trouble';

const SCHEMA = 1;

export interface Channel {
  channel: string;
  sequence: number;
  expires_at: string;
  bundle_sha256: string;
  min_app: string;
  rollout_pct: number;
  rollback: boolean;
  revoked: string[];
}

/** Verify and read; fields that this client does not know are left alone. Raises `channel-unreadable`. */
export async function readChannel(raw: Uint8Array, signature: Uint8Array, trusted: TrustedKeys): Promise<Channel> {
  await verify(raw, signature, trusted, 'channel');
  const held = JSON.parse(new TextDecoder().decode(raw));
  if (held?.schema !== SCHEMA || !isChannel(held)) throw new Trouble('channel-unreadable');
  return held;
}

function isChannel(held: Record<string, unknown>): held is Record<string, unknown> & Channel {
  const texts = ['channel', 'expires_at', 'bundle_sha256', 'min_app'].every((name) => typeof held[name] === 'string');
  const numbers = ['sequence', 'rollout_pct'].every((name) => Number.isInteger(held[name]));
  const rest = typeof held.rollback === 'boolean' && Array.isArray(held.revoked);
  return texts && numbers && rest && !Number.isNaN(Date.parse(held.expires_at as string));
}

/** Raises a `channel-…` code for a channel that may not be followed (any more). */
export function requireCurrent(channel: Channel, name: string, seen: number, now: Date): void {
  if (channel.channel !== name) throw new Trouble('channel-other', '', { channel: channel.channel });
  if (channel.sequence < seen) throw new Trouble('channel-older', '', { sequence: channel.sequence, seen });
  if (Date.parse(channel.expires_at) <= now.getTime()) throw new Trouble('channel-expired');
  if (isBelow(VERSION, channel.min_app)) throw new Trouble('client-too-old');
}

/**
 * Whether this install is among the first `rollout_pct` of 100: a hash decides, and the server learns nothing.
 * The bundle is hashed too, so that every new one has other first takers; raising the share only adds installs.
 */
export function takesPart(channel: Channel, installId: string): boolean {
  const digest = sha256(utf8ToBytes(`${installId}:${channel.bundle_sha256}`));
  const number = new DataView(digest.buffer, digest.byteOffset).getBigUint64(0);
  return number % 100n < BigInt(channel.rollout_pct);
}

function isBelow(version: string, wanted: string): boolean {
  const [a, b] = [version, wanted].map((text) => text.split('.').map(Number));
  const differs = b.findIndex((part, place) => part !== (a[place] ?? 0));
  return differs >= 0 && b[differs] > (a[differs] ?? 0);
}
