/** Where the vectors of all clients lie, and bytes of the committed bundle. */
import { readFileSync, readdirSync } from 'node:fs';
import { PNG } from 'pngjs';

const SHARED = new URL('../../golden/', import.meta.url);
const BUNDLE = new URL('../../../mobile_export/reference/', import.meta.url);

export const bundleFile = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(name, BUNDLE)));

export const golden = JSON.parse(readFileSync(new URL('golden.json', BUNDLE), 'utf8'));

export const updates: Updates = JSON.parse(readFileSync(new URL('updates.json', SHARED), 'utf8'));

const folder = new URL('conversations/', SHARED);

export const conversations: Conversation[] = readdirSync(folder).map((name) =>
  JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
);

export interface Exchange {
  request: {
    method: string;
    path: string;
    query: Record<string, string>;
    headers: Record<string, string>;
    body: unknown;
  };
  response: { status: number; headers: Record<string, string>; body: Record<string, unknown> | null };
  lost?: boolean;
}

export interface Step {
  device?: string;
  do: string;
  exchanges: Exchange[];
  answer: unknown;
  then: unknown;
  [name: string]: unknown;
}

export interface Conversation {
  name: string;
  steps: Step[];
}

interface Decided {
  name: string;
  text: string;
  signature: string;
  decision: string;
}

export interface Updates {
  trusted: Record<string, string>;
  channels: (Decided & {
    device: {
      channel: string;
      app: string;
      seen: number;
      revoked: string[];
      install_id: string;
      in_use: string | null;
    };
    now: string;
  })[];
  bundles: (Decided & { channel: { bundle_sha256: string; rollback: boolean }; in_use_sequence: number | null })[];
  turns: { install_id: string; bundle_sha256: string; turn: number }[];
}

/** Decoded pixels of a PNG, RGBA. */
export function pixelsOf(png: Uint8Array): { data: Uint8ClampedArray; width: number; height: number } {
  const { data, width, height } = PNG.sync.read(Buffer.from(png));
  return { data: new Uint8ClampedArray(data), width, height };
}
