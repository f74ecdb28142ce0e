/**
 * Take a model from the server: the first one as it is served, later ones only through the operator's signed channel.
 *
 * Channel (signature, expiry, sequence, rollout) -> description (hash, signature, sequence) -> files (size, hash) ->
 * golden photos -> switch. Whatever fails before the switch leaves the model in use as it is.
 */
import { type Bundle, type BundleData, type Part, described, fits, webFile } from './bundle';
import { type Channel, readChannel, requireCurrent, takesPart } from './channel';
import { hashOf } from './ids';
import type { Models } from './models';
import { Trouble, codeOf } from './trouble';

const CHANNEL = 'stable';

/** Bytes of a path that anybody may read. Raises `Trouble`. */
export type Fetch = (path: string) => Promise<Uint8Array>;
/** Raises `model-answers-wrongly` when the bundle's golden photos are not graded as they should be. */
export type Prove = (bundle: Bundle, golden: Uint8Array) => Promise<void>;

export type Outcome = 'taken' | 'same' | 'later';

/** The bundle in use, downloaded from the server when there is none yet. Raises `Trouble`. */
export async function firstBundle(models: Models, fetch: Fetch): Promise<Bundle> {
  const held = await models.open();
  if (held) return held;
  const { bundle_sha256: sha256 } = JSON.parse(new TextDecoder().decode(await fetch('/v1/models/current')));
  if ((await models.revoked()).has(sha256)) throw new Trouble('model-withdrawn');
  await obtain(models, fetch, sha256, (data) => webFile(data).parts);
  await models.switchTo(sha256);
  const bundle = await models.open();
  if (!bundle) throw new Trouble('storage');
  return bundle;
}

/** Look at the channel, and take what it offers. Raises `Trouble`; the model in use stays then. */
export async function update(models: Models, fetch: Fetch, prove: Prove, now = new Date()): Promise<Outcome> {
  const channel = await readChannel(...(await signed(fetch, '/v1/models/channel')), models.trusted);
  requireCurrent(channel, CHANNEL, await models.seen(), now);
  const revoked = new Set([...(await models.revoked()), ...channel.revoked]);
  const wanted = channel.bundle_sha256;
  if (revoked.has(wanted)) throw new Trouble('model-withdrawn');
  const current = await models.open(); // before what the channel withdraws gives way to an older one
  await models.accept(channel.sequence, channel.revoked);
  if (current?.sha256 === wanted) return 'same';
  const withdrawn = !current || revoked.has(current.sha256);
  if (!withdrawn && !takesPart(channel, await models.installId())) return 'later';
  await obtain(models, fetch, wanted, (data) => {
    requireForward(data, current, channel);
    return [...webFile(data).parts, data.golden];
  });
  await prepared(models, wanted, prove);
  await models.switchTo(wanted);
  return 'taken';
}

function requireForward(data: BundleData, current: Bundle | null, channel: Channel): void {
  if (current && data.sequence <= current.data.sequence && !channel.rollback) throw new Trouble('model-not-newer');
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
  sha256: string,
  parts: (data: BundleData) => Part[],
): Promise<void> {
  const [raw, signature] = await signed(fetch, `/v1/models/bundles/${sha256}`);
  if (hashOf(raw) !== sha256) throw new Trouble('model-other');
  const data = await described(raw, signature, models.trusted);
  for (const part of parts(data)) {
    if (await models.heldPart(part)) continue;
    const bytes = await fetch(`/v1/models/files/${part.sha256}`);
    if (!fits(bytes, part)) throw new Trouble('model-damaged');
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
    throw codeOf(error) === 'not-found' ? new Trouble('model-absent') : error;
  }
}
