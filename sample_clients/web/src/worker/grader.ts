/** Decodes, resizes and grades photos beside the page, which stays responsive meanwhile. */
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { expose, transfer } from 'comlink';
import { isCutOffJpeg, isJpeg } from '../core/jpeg';
import { BoxResizer, centredSquare } from '../core/resize';
import { Runtime, useWasm } from '../core/runtime';
import type { Outputs } from '../core/scoring';
import { type Told, Trouble } from '../core/trouble';

const STRIP = 256; // rows at a time: phones limit how large a canvas may be
const MAX_SIDE = 12_000; // px
const MAX_PIXELS = 50_000_000;

useWasm(new URL(wasm, self.location.href).href);
let runtime: Runtime | null = null;
let side = 0;

const grader = {
  async load(model: Uint8Array, size: number): Promise<void> {
    runtime = await Runtime.load(model, size);
    side = size;
  },

  /** The model's input bytes of a photo. Raises `photo-unreadable`, `photo-too-large`, `photo-too-small`. */
  async prepare(photo: Blob): Promise<Uint8Array> {
    if (await isCutOff(photo).catch(() => true)) throw told(new Trouble('photo-unreadable'));
    const image = await createImageBitmap(photo, { premultiplyAlpha: 'none' }).catch(() => {
      throw told(new Trouble('photo-unreadable'));
    });
    try {
      return squeezed(image);
    } catch (error) {
      throw told(error);
    } finally {
      image.close();
    }
  },

  async run(pixels: Uint8Array): Promise<Outputs> {
    if (!runtime) throw told(new Trouble('model-missing'));
    return runtime.run(pixels);
  },

  /** Lossless PNG of the model's input bytes. */
  async png(pixels: Uint8Array): Promise<Blob> {
    const [canvas, context] = canvasOf(side, side);
    context.putImageData(new ImageData(opaque(pixels), side, side), 0, 0);
    return canvas.convertToBlob({ type: 'image/png' });
  },

  /** Whether this browser gives back the pixels that were drawn; some alter them against fingerprinting. */
  readsBack(): boolean {
    const drawn = Uint8ClampedArray.from({ length: 64 * 64 * 4 }, (_, i) =>
      i % 4 === 3 ? 255 : (i * 7919 + (i >> 8)) % 256,
    );
    const [, context] = canvasOf(64, 64);
    context.putImageData(new ImageData(drawn.slice(), 64, 64), 0, 0);
    return context.getImageData(0, 0, 64, 64).data.every((value, i) => value === drawn[i]);
  },
};

/** Whether the end is missing. Only a JPEG is read whole for that; throws where the file went away. */
async function isCutOff(photo: Blob): Promise<boolean> {
  const bytes = async (part: Blob) => new Uint8Array(await part.arrayBuffer());
  return isJpeg(await bytes(photo.slice(0, 2))) && isCutOffJpeg(await bytes(photo));
}

function told(error: unknown): unknown {
  return error instanceof Trouble ? ({ code: error.code, values: error.values } satisfies Told) : error;
}

export type Grader = typeof grader;

function squeezed(image: ImageBitmap): Uint8Array {
  const { width, height } = image;
  if (width * height > MAX_PIXELS || Math.max(width, height) > MAX_SIDE) throw new Trouble('photo-too-large');
  const square = centredSquare(width, height, side);
  const resizer = new BoxResizer(square.side, side);
  for (let row = 0; row < square.side; row += STRIP) {
    const rows = Math.min(STRIP, square.side - row);
    const [, context] = canvasOf(square.side, rows);
    context.fillStyle = 'white'; // below what is transparent
    context.fillRect(0, 0, square.side, rows);
    context.drawImage(image, -square.left, -square.top - row);
    resizer.push(context.getImageData(0, 0, square.side, rows).data);
  }
  const pixels = resizer.finish();
  return transfer(pixels, [pixels.buffer]);
}

function canvasOf(width: number, height: number): [OffscreenCanvas, OffscreenCanvasRenderingContext2D] {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' });
  if (!context) throw new Trouble('photo-unreadable');
  return [canvas, context];
}

function opaque(pixels: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray((pixels.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) rgba.set(pixels.subarray(from, from + 3), to);
  return rgba;
}

expose(grader);
