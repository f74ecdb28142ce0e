const MARKER = 0xff;
const START = 0xd8;
const END = 0xd9;
const hasNoLength = (marker: number) => marker <= 0x01 || (marker >= 0xd0 && marker <= START);

/** Whether a file that begins so is a JPEG. */
export function isJpeg(file: Uint8Array): boolean {
  return file[0] === MARKER && file[1] === START;
}

/**
 * Whether this is a JPEG file whose end is missing, by its markers (ITU-T T.81, annex B). Some browsers draw grey what
 * is not there and say nothing, and grey skin would be graded.
 */
export function isCutOffJpeg(file: Uint8Array): boolean {
  if (!isJpeg(file)) return false;
  let at = 2;
  while (at + 1 < file.length) {
    const marker = file[at + 1];
    if (file[at] !== MARKER || marker === MARKER) at += 1;
    else if (marker === END) return false;
    else if (hasNoLength(marker)) at += 2;
    else at += 2 + (file[at + 2] << 8) + file[at + 3];
  }
  return true;
}
