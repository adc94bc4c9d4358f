// Bundles the process that reads uploaded files: dist/file-reader.mjs. Everything goes in; `next build` then carries it along (next.config.ts).
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = path.dirname(fileURLToPath(import.meta.url))

await build({
  entryPoints: { 'file-reader': path.join(here, 'src/file-reader/reader-process.ts') },
  outdir: path.join(here, 'dist'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  outExtension: { '.js': '.mjs' },
  logLevel: 'warning',
})
