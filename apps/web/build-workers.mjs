// Bundles what runs beside the web server, in a process or a thread of its own: dist/file-reader.mjs, which reads uploaded files, and
// dist/picture-thread.cjs, which draws pictures, with its fonts and its native code. `next build` then carries them along (next.config.ts).
//
//   node build-workers.mjs [folder]      folder: instead of dist
import { cpSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = path.dirname(fileURLToPath(import.meta.url))
const out = process.argv[2] ?? path.join(here, 'dist')

/** @type {import('esbuild').BuildOptions} */
const common = { outdir: out, bundle: true, platform: 'node', target: 'node20.19', logLevel: 'warning' }

await build({
  ...common,
  entryPoints: { 'file-reader': path.join(here, 'src/file-reader/reader-process.ts') },
  format: 'esm',
  outExtension: { '.js': '.mjs' },
})
// Native code of this platform is copied beside it, so that the folder needs nothing else.
await build({
  ...common,
  entryPoints: { 'picture-thread': path.join(here, 'src/unfurl/picture-thread.ts') },
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  loader: { '.node': 'copy' },
  assetNames: '[name]',
})

const { default: fonts } = await import('./src/unfurl/picture-fonts.json', { with: { type: 'json' } })
for (const { file } of fonts) {
  const to = path.join(out, 'fonts', file)
  mkdirSync(path.dirname(to), { recursive: true })
  cpSync(fileURLToPath(new URL(`./fonts/${file}`, import.meta.resolve('geist/font/mono'))), to)
}
