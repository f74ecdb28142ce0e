/** A signed description of one exported model, and the file of it that a browser runs. */
import { hashOf } from './ids';
import { type TrustedKeys, content, verify } from './signature';
import { Trouble } from './trouble';
import { isNewer } from './versions';

const SCHEMA = 1;
const RUNTIME = '1.30.0'; // of onnxruntime-web, this client's

export interface Attribute {
  key: string;
  en: string;
  ko: string;
  grade0: string;
  grade4: string;
  more_is: 'better' | 'worse' | 'neutral';
}

export interface Part {
  path: string;
  bytes: number;
  sha256: string;
}

interface ModelFile {
  format: string;
  role: string;
  precision: string;
  min_runtime: string;
  parts: Part[];
}

export interface BundleData {
  schema: number;
  name: string;
  version: string;
  sequence: number;
  attributes: Attribute[];
  input: { size: number };
  outputs: { name: string; scale?: number[] }[];
  decoding: { conformal_q: number[]; coverage: number };
  files: ModelFile[];
  quality_gate: { luma: [number, number]; clipped: number; sharpness: number };
  golden: Part;
  graded_parts: Record<string, number[]>;
  intended_use: string;
}

/** A verified bundle. `sha256` is of its bundle.json. */
export interface Bundle {
  data: BundleData;
  sha256: string;
  model: Uint8Array;
  modelSha256: string;
}

/** The content of a signed bundle.json that this client can run. Raises what it is refused for. */
export async function described(raw: Uint8Array, signature: Uint8Array, trusted: TrustedKeys): Promise<BundleData> {
  await verify(raw, signature, trusted, 'bundle');
  const data = content(raw) as BundleData | null;
  if (data?.schema !== SCHEMA) throw new Trouble('other-form', '', { what: 'bundle' });
  if (isNewer(webFile(data).min_runtime, RUNTIME)) throw new Trouble('runtime-too-old');
  return data;
}

/** The file of the bundle that a browser runs. Raises `no-file`. */
export function webFile(data: BundleData): ModelFile {
  const found = data.files.find((file) => file.format === 'onnx' && file.role === 'web');
  if (!found) throw new Trouble('no-file');
  return found;
}

/** Whether these are the bytes that the bundle lists. */
export function fits(bytes: Uint8Array, part: Part): boolean {
  return bytes.length === part.bytes && hashOf(bytes) === part.sha256;
}

/** The drawing scale of each attribute's map. */
export function heatScales(data: BundleData): number[] {
  return data.outputs.find((output) => output.name === 'heatmaps')?.scale ?? [];
}
