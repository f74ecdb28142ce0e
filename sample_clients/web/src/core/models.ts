/**
 * Which bundle this client runs. The choice is one write to the device's database, so switching happens whole or not
 * at all. When the one in use is missing or damaged, the previous one takes over.
 */
import { type Bundle, type Part, described, fits, webFile } from './bundle';
import type { Device } from './device';
import { hashOf, randomName } from './ids';
import { TRUSTED_KEYS, type TrustedKeys } from './signature';

export class Models {
  constructor(
    readonly device: Device,
    readonly trusted: TrustedKeys = TRUSTED_KEYS,
  ) {}

  /** The bundle in use; null before the first download. */
  open(): Promise<Bundle | null> {
    return this.usable();
  }

  /** The bundle chosen last, else the one before: whichever is whole and was not withdrawn. */
  private async usable(but = ''): Promise<Bundle | null> {
    const unwanted = (await this.revoked()).add(but);
    for (const setting of ['model', 'model_previous']) {
      const sha256 = await this.device.setting<string>(setting);
      const bundle = sha256 && !unwanted.has(sha256) ? await this.held(sha256) : null;
      if (bundle) return bundle;
    }
    return null;
  }

  /** The downloaded bundle with this hash, if it is whole and signed. */
  async held(sha256: string): Promise<Bundle | null> {
    const [raw, signature] = await Promise.all([this.device.file(sha256), this.device.file(`${sha256}.sig`)]);
    if (!raw || !signature || hashOf(raw) !== sha256) return null;
    const data = await described(raw, signature, this.trusted).catch(() => null);
    if (!data) return null;
    const part = webFile(data).parts[0];
    const model = await this.heldPart(part);
    return model && { data, sha256, model, modelSha256: part.sha256 };
  }

  /** A file that the bundle lists, if its bytes are here and right. */
  async heldPart(part: Part): Promise<Uint8Array | null> {
    const bytes = await this.device.file(part.sha256);
    return bytes && fits(bytes, part) ? bytes : null;
  }

  /** The highest channel sequence that was accepted. */
  async seen(): Promise<number> {
    return (await this.device.setting<number>('channel_sequence')) ?? 0;
  }

  /** Bundles that an accepted channel withdrew. */
  async revoked(): Promise<Set<string>> {
    return new Set(await this.device.setting<string[]>('models_revoked'));
  }

  /** A random name of this install; it never leaves the device. */
  async installId(): Promise<string> {
    const held = await this.device.setting<string>('install_id');
    if (held) return held;
    const fresh = randomName();
    await this.device.set('install_id', fresh);
    return fresh;
  }

  /** Remember a channel: no older one is followed from now on, and what it withdraws is not used again. */
  async accept(sequence: number, revoked: string[]): Promise<void> {
    const all = new Set([...(await this.revoked()), ...revoked]);
    await this.device.setAll({ channel_sequence: sequence, models_revoked: [...all].sort() });
  }

  /** Use a bundle whose files are here; the one that could be used until now stays as the previous one. */
  async switchTo(sha256: string): Promise<void> {
    const previous = await this.usable(sha256);
    await this.device.setAll({ model: sha256, model_previous: previous?.sha256 ?? null });
    await this.device.keepOnly(new Set([...filesOf(await this.held(sha256)), ...filesOf(previous)]));
  }
}

function filesOf(bundle: Bundle | null): string[] {
  return bundle ? [bundle.sha256, `${bundle.sha256}.sig`, bundle.modelSha256, bundle.data.golden.sha256] : [];
}
