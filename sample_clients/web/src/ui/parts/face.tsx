/** Line drawings: a small face with one part marked, and what a part looks like through the camera's frame. */
const OUTLINE = 'M32 6c13 0 20 9 20 24 0 17-9 28-20 28S12 47 12 30C12 15 19 6 32 6z';
const FEATURES = 'M21 27h6M37 27h6M32 28v9h-3M27 45q5 3 10 0';
const MARKS = ['M13 32h12v14H15z', 'M16 12h32v11H16z', 'M26 24h12v16H26z', 'M22 42h20v13H22z'];

export function Face({ part }: { part: number }) {
  return (
    <svg class="face" viewBox="0 0 64 64" aria-hidden="true">
      <path d={MARKS[part]} class="face-mark" />
      <path d={OUTLINE} />
      <path d={FEATURES} />
    </svg>
  );
}

/** In units of a 100 x 100 square. */
const GUIDES = [
  'M8 16q14-9 30 1M88 6q6 44-22 84M10 74q12-5 22 2',
  'M12 78q14-9 30-2M58 76q16-7 30 2M8 34q42-34 84 0',
  'M10 26q14-8 26 0M64 26q12-8 26 0M50 28v30q-10 6-10 8 10 5 20 0M32 86q18 7 36 0',
  'M26 32q12-8 24-3 12-5 24 3-24 18-48 0M14 58q36 62 72 0',
];

export function Guide({ part }: { part: number }) {
  return (
    <svg class="guide" viewBox="0 0 100 100" aria-hidden="true">
      <path d={GUIDES[part]} />
    </svg>
  );
}
