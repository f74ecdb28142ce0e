/** Dotted version numbers. */

/** Whether `version` comes after `than`; a part that is missing counts as 0. */
export function isNewer(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  const differs = a.findIndex((part, place) => part !== (b[place] ?? 0));
  return differs >= 0 && a[differs] > (b[differs] ?? 0);
}
