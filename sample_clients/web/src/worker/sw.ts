/**
 * Serves the shell from its cache, so that the app starts without a network. Only files of the build are kept: models
 * lie in the device's database, checked by their hashes, and answers of the API are never kept at all. A new build
 * waits until the last tab of the old one is closed, whose files would be missing otherwise.
 */
declare const __SHELL_FILES__: string[];
declare const __SHELL_VERSION__: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const CACHE = `shell-${__SHELL_VERSION__}`;
const SCOPE = new URL(worker.registration.scope);
const SHELL = new Set(__SHELL_FILES__.map((name) => new URL(name, SCOPE).href));

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const url = event.request.url.split('#')[0];
  if (event.request.method === 'GET' && SHELL.has(url)) event.respondWith(kept(url, event.request));
});

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([...SHELL].map((url) => new Request(url, { cache: 'no-cache' })));
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function kept(url: string, request: Request): Promise<Response> {
  return (await caches.match(url)) ?? fetch(request);
}
