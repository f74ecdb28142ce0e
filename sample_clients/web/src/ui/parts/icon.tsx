/** Line icons of one weight. */
const PATHS = {
  grade:
    'M4 8.5V6a2 2 0 0 1 2-2h2.5M15.5 4H18a2 2 0 0 1 2 2v2.5M20 15.5V18a2 2 0 0 1-2 2h-2.5M8.5 20H6a2 2 0 0 1-2-2v-2.5M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6',
  history: 'M5 6.5h14M5 12h14M5 17.5h9',
  trend: 'M4 18l5-6 4 3 7-9',
  account: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20c.8-3.5 3.6-5 7-5s6.2 1.5 7 5',
  camera:
    'M4 8.5a2 2 0 0 1 2-2h2l1.5-2h5l1.5 2h2a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM12 9.5a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4',
  picture:
    'M4 6.5a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM4.5 16.5l4.5-4.5 4 4 2.5-2.5 4 4M15.5 8.5v.01',
  lock: 'M7 11V8.5a5 5 0 0 1 10 0V11M6.5 11h11a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1',
  back: 'M14.5 5.5L8 12l6.5 6.5',
  next: 'M9.5 5.5L16 12l-6.5 6.5',
  close: 'M6 6l12 12M18 6L6 18',
  turn: 'M4.5 12a7.5 7.5 0 0 1 13-5M19.5 12a7.5 7.5 0 0 1-13 5M17.5 3.5V7H14M6.5 20.5V17H10',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  info: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16M12 11v5M12 8v.01',
};

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
