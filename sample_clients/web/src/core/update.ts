/**
 * Take a model from the server, through the operator's signed channel.
 *
 * Channel (signature, expiry, sequence, rollout) -> description (hash, signature, sequence) -> files (size, hash) ->
 * golden photos -> switch. Whatever fails before the switch leaves the model in use as it is.
 */
import { type Bundle, type BundleData, type Part, described, fits, webFile } from './bundle';
import { type Channel, type Decision, decide, readChannel } from './channel';
import { hashOf } from './ids';
import type { Models } from './models';
import { VERSION } from './records';
import type { TrustedKeys } from './signature';
import { Trouble, codeOf } from './trouble';

const CHANNEL = 'stable';
const ABSENT = ['no-channel', 'expired'];

/** Bytes of a path that anybody may read. Raises `Trouble`. */
export type Fetch = (path: string) => Promise<Uint8Array>;
/** Raises `wrong-answers` when the bundle's golden photos are not graded as they should be. */
export type Prove = (bundle: Bundle, golden: Uint8Array) => Promise<void>;
type Named = Pick<Channel, 'bundle_sha256' | 'rollback'>;

/**
 * The bundle in use. Where there is none, the one that the channel names is fetched, whatever the rollout says; without
 * a channel in force, the one that the server explains with. No golden photos: there is nothing better to fall back on,
 * and a browser that alters pictures is told so. Raises `Trouble`.
 */
export async function firstBundle(models: Models, fetch: Fetch, now = new Date()): Promise<Bundle> {
  const held = await models.open();
  if (held) return held;
  const named = await followed(models, fetch, null, now).then(
    ({ channel }) => channel,
    (error) => (ABSENT.includes(codeOf(error)) ? served(models, fetch) : Promise.reject(error)),
  );
  await obtain(models, fetch, named, null, (data) => webFile(data).parts);
  await models.switchTo(named.bundle_sha256);
  const bundle = await models.open();
  if (!bundle) throw new Trouble('storage');
  return bundle;
}

/** Look at the channel, and take what it offers. Raises `Trouble`; the model in use stays then. */
export async function update(models: Models, fetch: Fetch, prove: Prove, now = new Date()): Promise<Decision> {
  const current = await models.open(); // before what the channel withdraws gives way to an older one
  const { channel, decision } = await followed(models, fetch, current, now);
  if (decision !== 'take') return decision;
  await obtain(models, fetch, channel, current, (data) => [...webFile(data).parts, data.golden]);
  await prepared(models, channel.bundle_sha256, prove);
  await models.switchTo(channel.bundle_sha256);
  return decision;
}

/** The description of the bundle that the channel means, if it is newer than `current`, or a rollback. */
export async function chosen(
  raw: Uint8Array,
  signature: Uint8Array,
  named: Named,
  current: Pick<BundleData, 'sequence'> | null,
  trusted: TrustedKeys,
): Promise<BundleData> {
  if (hashOf(raw) !== named.bundle_sha256) throw new Trouble('other-bundle');
  const data = await described(raw, signature, trusted);
  if (current && data.sequence <= current.sequence && !named.rollback) throw new Trouble('not-newer');
  if ([...webFile(data).parts, data.golden].some(({ path }) => isOutside(path))) throw new Trouble('outside');
  return data;
}

const isOutside = (path: string): boolean => path.startsWith('/') || path.split('/').includes('..');

/** The channel, accepted, and what it means for this install. */
async function followed(models: Models, fetch: Fetch, current: Bundle | null, now: Date) {
  const channel = await offered(models, fetch);
  const install = {
    channel: CHANNEL,
    app: VERSION,
    seen: await models.seen(),
    revoked: await models.revoked(),
    id: await models.installId(),
    inUse: current?.sha256 ?? null,
  };
  const decision = decide(channel, install, now);
  await models.accept(channel.sequence, channel.revoked);
  return { channel, decision };
}

async function offered(models: Models, fetch: Fetch): Promise<Channel> {
  const read = async () => readChannel(...(await signed(fetch, '/v1/models/channel')), models.trusted);
  return read().catch((error) => {
    // perhaps a newer one was published between the two requests
    return ['unknown-key', 'changed'].includes(codeOf(error)) ? read() : Promise.reject(error);
  });
}

/** What the server explains with, unless a channel withdrew it. */
async function served(models: Models, fetch: Fetch): Promise<Named> {
  const { bundle_sha256 } = JSON.parse(new TextDecoder().decode(await fetch('/v1/models/current')));
  if ((await models.revoked()).has(bundle_sha256)) throw new Trouble('withdrawn');
  return { bundle_sha256, rollback: false };
}

async function prepared(models: Models, sha256: string, prove: Prove): Promise<void> {
  const bundle = await models.held(sha256);
  const golden = bundle && (await models.heldPart(bundle.data.golden));
  if (!bundle || !golden) throw new Trouble('storage');
  await prove(bundle, golden);
}

/** Description and listed files on this device, each checked before it is kept. */
async function obtain(
  models: Models,
  fetch: Fetch,
  named: Named,
  current: Bundle | null,
  parts: (data: BundleData) => Part[],
): Promise<void> {
  const sha256 = named.bundle_sha256;
  const [raw, signature] = await signed(fetch, `/v1/models/bundles/${sha256}`);
  const data = await chosen(raw, signature, named, current?.data ?? null, models.trusted);
  for (const part of parts(data)) {
    if (await models.heldPart(part)) continue;
    const bytes = await fetch(`/v1/models/files/${part.sha256}`);
    if (!fits(bytes, part)) throw new Trouble('damaged');
    await models.device.keepFile(part.sha256, bytes);
  }
  await models.device.keepFile(sha256, raw);
  await models.device.keepFile(`${sha256}.sig`, signature);
}

/** Exact bytes and their signature. */
async function signed(fetch: Fetch, path: string): Promise<[Uint8Array, Uint8Array]> {
  try {
    return [await fetch(path), await fetch(`${path}/signature`)];
  } catch (error) {
    throw codeOf(error) === 'not-found' ? new Trouble('not-held') : error;
  }
}
