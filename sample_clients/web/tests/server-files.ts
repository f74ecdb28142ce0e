/** What a server holds of models and their channel, made small for tests and signed by the development key. */
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { BundleData } from '../src/core/bundle';
import { Device } from '../src/core/device';
import { hashOf } from '../src/core/ids';
import { Models } from '../src/core/models';
import { Trouble } from '../src/core/trouble';

const KEY = createPrivateKey(
  readFileSync(new URL('../../../mobile_export/keys/DEVELOPMENT-ONLY.pem', import.meta.url)),
);
export const NOW = new Date('2026-06-01T00:00:00Z');
export const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
export const signatureOf = (raw: Uint8Array, key_id = 'DEVELOPMENT-ONLY') =>
  text({ key_id, algorithm: 'Ed25519', signature: sign(null, raw, KEY).toString('base64') });

/** A server's files by path. */
export class Files extends Map<string, Uint8Array> {
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

let made = 0;

/** A device that never held a model. */
export async function fresh(): Promise<Models> {
  return new Models(await Device.open(`models-${(made += 1)}`));
}
