/** The console as files: hashed names, no inline script, nothing from another host. */
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwind()],
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    // Small files inlined as data: addresses would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
  },
  server: { port: 4001, proxy: { '/api': 'http://127.0.0.1:4000' } },
});
