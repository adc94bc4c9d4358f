import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const here = import.meta.dirname
const modules = path.join(here, '../../node_modules')

/** Bundles the viewers' pages as a production build would, into `folder`: one HTML page each. */
export async function buildPages(names: readonly string[], folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await build({
    entryPoints: [...names, 'flame-engine.worker'].map((name) =>
      path.join(here, 'pages', `${name}.${name.startsWith('sonde-') || name === 'react-pprof' ? 'tsx' : 'ts'}`),
    ),
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    // One React for all: react-pprof brings another.
    alias: { react: path.join(modules, 'react'), 'react-dom': path.join(modules, 'react-dom') },
    // react-pprof's server half, which its one entry file imports as well.
    external: ['fs', 'path', 'url', 'module'],
    logLevel: 'error',
  })
  for (const name of names) {
    writeFileSync(
      path.join(folder, `${name}.html`),
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title><style>body{margin:0}#graph{width:1440px;height:860px}</style><div id="graph"></div><script type="module" src="${name}.js"></script></html>`,
    )
  }
}
