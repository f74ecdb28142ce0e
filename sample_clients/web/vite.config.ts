import { createHash } from 'node:crypto';
import { type Plugin, defineConfig } from 'vite';

const CHECKED_APART = ['sw.js', 'content-security-policy.txt']; // never from the service worker's cache

export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the policy allows no data: URLs
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: 'index.html', sw: 'src/worker/sw.ts' },
      output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  worker: { format: 'es' },
  plugins: [shellList()],
});

/** Tells the service worker which files make up the shell, and under which name to keep them. */
function shellList(): Plugin {
  return {
    name: 'shell-list',
    enforce: 'post',
    generateBundle(_, bundle) {
      const built = Object.keys(bundle).filter((name) => !CHECKED_APART.includes(name));
      const files = ['./', 'manifest.webmanifest', 'icon.svg', ...built.filter((name) => name !== 'index.html')].sort();
      const told = createHash('sha256');
      for (const name of Object.keys(bundle).sort()) {
        const part = bundle[name];
        told.update(name).update(part.type === 'asset' ? part.source : part.code);
      }
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') throw new Error('the build has no service worker');
      const values: Record<string, string> = {
        __SHELL_FILES__: JSON.stringify(files),
        __SHELL_VERSION__: JSON.stringify(told.digest('hex').slice(0, 16)),
      };
      worker.code = worker.code.replace(/__SHELL_FILES__|__SHELL_VERSION__/g, (name) => values[name]);
    },
  };
}
