/** The way of a new model onto this device: what is taken, what is refused, and that a refusal changes nothing. */
import 'fake-indexeddb/auto';
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import type { BundleData } from '../src/core/bundle';
import { Device } from '../src/core/device';
import { hashOf } from '../src/core/ids';
import { Models } from '../src/core/models';
import { TRUSTED_KEYS, portableHolds, verify } from '../src/core/signature';
import { Trouble } from '../src/core/trouble';
import { firstBundle, update } from '../src/core/update';
import { bundleFile } from './golden';

const KEY = createPrivateKey(
  readFileSync(new URL('../../../mobile_export/keys/DEVELOPMENT-ONLY.pem', import.meta.url)),
);
const NOW = new Date('2026-06-01T00:00:00Z');
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const signatureOf = (raw: Uint8Array, key_id = 'DEVELOPMENT-ONLY') =>
  text({ key_id, algorithm: 'Ed25519', signature: sign(null, raw, KEY).toString('base64') });

/** A server's files by path. */
class Files extends Map<string, Uint8Array> {
  readonly fetch = async (path: string) => {
    const bytes = this.get(path);
    if (!bytes) throw new Trouble(path.includes('channel') ? 'no-channel' : 'not-found');
    return bytes;
  };

  put(path: string, raw: Uint8Array): void {
    this.set(path, raw).set(`${path}/signature`, signatureOf(raw));
  }

  /** A small bundle with that sequence; its SHA-256. */
  bundle(sequence: number, changes: Partial<BundleData> = {}, min_runtime = '1.14'): string {
    const part = (bytes: Uint8Array, path: string) => {
      this.set(`/v1/models/files/${hashOf(bytes)}`, bytes);
      return { path, bytes: bytes.length, sha256: hashOf(bytes) };
    };
    const file = {
      format: 'onnx',
      role: 'web',
      precision: 'w8a32',
      min_runtime,
      parts: [part(text(`model ${sequence}`), 'model.onnx')],
    };
    const raw = text({
      schema: 1,
      sequence,
      files: [file],
      golden: part(text(`golden ${sequence}`), 'golden.json'),
      ...changes,
    });
    this.put(`/v1/models/bundles/${hashOf(raw)}`, raw);
    return hashOf(raw);
  }

  channel(bundle_sha256: string, changes: Record<string, unknown> = {}): void {
    const told = {
      channel: 'stable',
      sequence: 5,
      expires_at: '2026-06-10T00:00:00Z',
      bundle_sha256,
      min_app: '0.1.0',
      rollout_pct: 100,
    };
    this.put('/v1/models/channel', text({ schema: 1, rollback: false, revoked: [], ...told, ...changes }));
  }
}

let files: Files;
let models: Models;
let first: string;
let made = 0;
const prove = async () => undefined;

beforeEach(async () => {
  files = new Files();
  models = new Models(await Device.open(`models-${(made += 1)}`));
  first = files.bundle(1);
  files.set('/v1/models/current', text({ bundle_sha256: first }));
  await firstBundle(models, files.fetch);
});

test('without a channel the first model is what the server serves, and later starts need no server', async () => {
  expect((await firstBundle(models, new Files().fetch)).sha256).toBe(first);
});

/** A device that never held a model. */
async function fresh(): Promise<Models> {
  return new Models(await Device.open(`models-${(made += 1)}`));
}

test('the first model is the one that the channel names, also before this install’s turn', async () => {
  const named = files.bundle(2);
  files.channel(named, { rollout_pct: 0, revoked: [first] });
  const device = await fresh();
  expect((await firstBundle(device, files.fetch, NOW)).sha256).toBe(named);
  expect([await device.seen(), [...(await device.revoked())]]).toEqual([5, [first]]);
});

test('where the channel has expired the first model is what the server serves', async () => {
  files.channel(files.bundle(2), { expires_at: '2026-06-01T00:00:00Z' });
  expect((await firstBundle(await fresh(), files.fetch, NOW)).sha256).toBe(first);
});

test('a first model is not taken through a channel that is not to be believed', async () => {
  files.channel(files.bundle(2));
  files.set('/v1/models/channel', text({ schema: 1, bundle_sha256: first }));
  await expect(firstBundle(await fresh(), files.fetch, NOW)).rejects.toMatchObject({ code: 'changed' });
});

test('a model that an accepted channel withdrew is not taken as a first one when that channel is gone', async () => {
  const device = await fresh();
  await device.accept(5, [first]);
  await expect(firstBundle(device, files.fetch, NOW)).rejects.toMatchObject({ code: 'withdrawn' });
});

test('a channel that is published between its two requests is read again', async () => {
  files.channel(first);
  const old = files.get('/v1/models/channel')!;
  files.channel(first, { sequence: 6 });
  let asked = 0;
  const fetch = (path: string) =>
    path === '/v1/models/channel' && (asked += 1) === 1 ? Promise.resolve(old) : files.fetch(path);
  expect(await update(models, fetch, prove, NOW)).toBe('keep');
  expect(await models.seen()).toBe(6);
});

test('a newer model is proved, taken whole, and the previous one stays', async () => {
  const newer = files.bundle(2);
  files.channel(newer);
  const proved: string[] = [];
  expect(await update(models, files.fetch, async (bundle) => void proved.push(bundle.sha256), NOW)).toBe('take');
  expect(proved).toEqual([newer]);
  expect((await models.open())?.sha256).toBe(newer);
  expect((await models.held(first))?.sha256).toBe(first);
  expect(await update(models, files.fetch, prove, NOW)).toBe('keep');
});

const REFUSALS: [string, string, (newer: string) => void][] = [
  ['an expired channel', 'expired', (newer) => files.channel(newer, { expires_at: '2026-06-01T00:00:00Z' })],
  ['a channel of another name', 'other-channel', (newer) => files.channel(newer, { channel: 'beta' })],
  ['a channel of another form', 'other-form', (newer) => files.channel(newer, { schema: 2 })],
  ['a channel without its fields', 'other-form', (newer) => files.channel(newer, { rollout_pct: 'all' })],
  ['a channel for newer clients', 'app-too-old', (newer) => files.channel(newer, { min_app: '9.0.0' })],
  ['a withdrawn model', 'withdrawn', (newer) => files.channel(newer, { revoked: [newer] })],
  ['a step back that is not said', 'not-newer', () => files.channel(files.bundle(0))],
  ['a model that the server does not hold', 'not-held', () => files.channel('0'.repeat(64))],
  ['a model for newer runtimes', 'runtime-too-old', () => files.channel(files.bundle(2, {}, '2.0.0'))],
  ['a server without a channel', 'no-channel', () => files.delete('/v1/models/channel')],
  [
    'a channel changed after signing',
    'changed',
    (newer) => {
      files.channel(newer);
      files.set('/v1/models/channel', text({ schema: 1, bundle_sha256: newer }));
    },
  ],
  [
    'a channel signed by an unknown key',
    'unknown-key',
    (newer) => {
      files.channel(newer);
      files.set('/v1/models/channel/signature', signatureOf(files.get('/v1/models/channel')!, 'toString'));
    },
  ],
  [
    'a changed description',
    'other-bundle',
    (newer) => {
      files.channel(newer);
      files.set(`/v1/models/bundles/${newer}`, text({ schema: 1 }));
    },
  ],
  [
    'a changed model file',
    'damaged',
    (newer) => {
      files.channel(newer);
      files.set(`/v1/models/files/${hashOf(text('model 2'))}`, text('model X'));
    },
  ],
];

test.each(REFUSALS)('%s is refused and changes nothing', async (_, code, arrange) => {
  files.channel(first);
  arrange(files.bundle(2));
  await expect(update(models, files.fetch, prove, NOW)).rejects.toMatchObject({ code });
  expect((await models.open())?.sha256).toBe(first);
});

test('an older channel than one seen is refused', async () => {
  files.channel(first, { sequence: 7 });
  await update(models, files.fetch, prove, NOW);
  files.channel(files.bundle(2), { sequence: 6 });
  await expect(update(models, files.fetch, prove, NOW)).rejects.toMatchObject({ code: 'older-channel' });
});

test('a model that answers wrongly on this machine is not switched to', async () => {
  files.channel(files.bundle(2));
  const wrong = () => Promise.reject(new Trouble('wrong-answers'));
  await expect(update(models, files.fetch, wrong, NOW)).rejects.toMatchObject({ code: 'wrong-answers' });
  expect((await models.open())?.sha256).toBe(first);
});

test('an install outside the rollout waits, unless its model was withdrawn', async () => {
  const newer = files.bundle(2);
  files.channel(newer, { rollout_pct: 0 });
  expect(await update(models, files.fetch, prove, NOW)).toBe('wait');
  files.channel(newer, { rollout_pct: 0, sequence: 6, revoked: [first] });
  expect(await update(models, files.fetch, prove, NOW)).toBe('take');
});

test('a rollback that the channel says is taken', async () => {
  files.channel(files.bundle(0), { rollback: true });
  expect(await update(models, files.fetch, prove, NOW)).toBe('take');
});

test('the previous model takes over when the one in use is damaged', async () => {
  files.channel(files.bundle(2));
  await update(models, files.fetch, prove, NOW);
  await models.device.keepFile(hashOf(text('model 2')), text('damaged'));
  expect((await models.open())?.sha256).toBe(first);
});

test.each([
  ['WebCrypto', false],
  ['the library', true],
])('the committed bundle is verified by %s', async (_, portable) => {
  const [raw, signature] = [bundleFile('bundle.json'), bundleFile('bundle.sig')];
  const parts = [
    Buffer.from(TRUSTED_KEYS['DEVELOPMENT-ONLY'], 'base64'),
    Buffer.from(JSON.parse(new TextDecoder().decode(signature)).signature, 'base64'),
  ];
  const check = async (bytes: Uint8Array) =>
    portable
      ? portableHolds(parts[0], parts[1], bytes)
      : verify(bytes, signature, TRUSTED_KEYS, 'bundle').then(
          () => true,
          () => false,
        );
  expect(await check(raw)).toBe(true);
  expect(await check(raw.slice(1))).toBe(false);
});
