/** Run the model file with onnxruntime's WebAssembly, one thread: more would need headers that other pages break on. */
import * as ort from 'onnxruntime-web/wasm';
import type { Outputs } from './scoring';

const NAMES = ['probabilities', 'utilities', 'expected', 'heatmaps', 'quality'] as const;

ort.env.wasm.numThreads = 1;
ort.env.wasm.proxy = false;

/** Where the runtime's own file is: a URL, or its bytes. */
export function useWasm(source: string | Uint8Array<ArrayBuffer>): void {
  if (typeof source === 'string') ort.env.wasm.wasmPaths = { wasm: source };
  else ort.env.wasm.wasmBinary = source.buffer;
}

export class Runtime {
  private constructor(
    private readonly session: ort.InferenceSession,
    private readonly size: number,
  ) {}

  static async load(model: Uint8Array, size: number): Promise<Runtime> {
    return new Runtime(await ort.InferenceSession.create(model), size);
  }

  /** The outputs for the model's input bytes, S x S x 3. */
  async run(pixels: Uint8Array): Promise<Outputs> {
    const image = new ort.Tensor('float32', planes(pixels), [1, 3, this.size, this.size]);
    const results = await this.session.run({ image });
    const entries = NAMES.map((name) => [name, (results[name].data as Float32Array).slice()]);
    return Object.fromEntries(entries) as unknown as Outputs;
  }
}

function planes(pixels: Uint8Array): Float32Array {
  const area = pixels.length / 3;
  const values = new Float32Array(pixels.length);
  for (let place = 0; place < area; place += 1) {
    for (let c = 0; c < 3; c += 1) values[c * area + place] = pixels[place * 3 + c];
  }
  return values;
}
