/**
 * The signed channel file: which bundle apps should take, from when, until when, how many of them.
 *
 * `decide` is a function of the channel, the install and the time alone, so that every client is held to the same
 * vectors (`sample_clients/golden/updates.json`); what it raises are words that all clients share.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { type TrustedKeys, content, verify } from './signature';
import { Trouble } from './trouble';
import { isNewer } from './versions';

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

/** What an install knows of itself when it looks at a channel. */
export interface Install {
  /** The channel that it follows. */
  channel: string;
  /** Its version. */
  app: string;
  /** The highest channel sequence that it accepted. */
  seen: number;
  /** Bundles that an accepted channel withdrew. */
  revoked: Set<string>;
  id: string;
  /** Hash of its bundle, null where it has none that works. */
  inUse: string | null;
}

/** `keep`: what the channel names is in use. `wait`: not this install's turn yet. */
export type Decision = 'keep' | 'wait' | 'take';

/** Verify and read; fields that this client does not know are left alone. Raises `other-form`. */
export async function readChannel(raw: Uint8Array, signature: Uint8Array, trusted: TrustedKeys): Promise<Channel> {
  await verify(raw, signature, trusted, 'channel');
  const held = content(raw) as Record<string, unknown> | null;
  if (held?.schema !== SCHEMA || !isChannel(held)) throw new Trouble('other-form', '', { what: 'channel' });
  return held;
}

function isChannel(held: Record<string, unknown>): held is Record<string, unknown> & Channel {
  const texts = ['channel', 'expires_at', 'bundle_sha256', 'min_app'].every((name) => typeof held[name] === 'string');
  const numbers = ['sequence', 'rollout_pct'].every((name) => Number.isInteger(held[name]));
  const rest = typeof held.rollback === 'boolean' && Array.isArray(held.revoked);
  return texts && numbers && rest && !Number.isNaN(Date.parse(held.expires_at as string));
}

/** Raises why a channel may not be followed (any more). */
export function decide(channel: Channel, install: Install, now: Date): Decision {
  requireCurrent(channel, install, now);
  const withdrawn = new Set([...install.revoked, ...channel.revoked]);
  if (withdrawn.has(channel.bundle_sha256)) throw new Trouble('withdrawn');
  if (install.inUse === channel.bundle_sha256) return 'keep';
  const hasNone = install.inUse === null || withdrawn.has(install.inUse);
  return hasNone || turn(install.id, channel.bundle_sha256) < channel.rollout_pct ? 'take' : 'wait';
}

function requireCurrent(channel: Channel, install: Install, now: Date): void {
  const { sequence } = channel;
  if (channel.channel !== install.channel) throw new Trouble('other-channel', '', { channel: channel.channel });
  if (sequence < install.seen) throw new Trouble('older-channel', '', { sequence, seen: install.seen });
  if (Date.parse(channel.expires_at) <= now.getTime()) throw new Trouble('expired');
  if (isNewer(channel.min_app, install.app)) throw new Trouble('app-too-old');
}

/**
 * When it is this install's turn, 0..99; the server learns nothing. It takes part below `rollout_pct`.
 * The bundle is hashed too, so that every new one has other first takers; raising the share only adds installs.
 */
export function turn(installId: string, bundleSha256: string): number {
  const digest = sha256(utf8ToBytes(`${installId}:${bundleSha256}`));
  return Number(new DataView(digest.buffer, digest.byteOffset).getBigUint64(0) % 100n);
}
