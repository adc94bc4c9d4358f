import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** A dev page as one HTML document, nothing to fetch. */
export async function bundleDevPage(page: 'page.tsx' | 'engine-page.tsx' = 'page.tsx'): Promise<string> {
  const worker = await bundle('engine-worker.ts', {})
  const script = (await bundle(page, { ENGINE_WORKER: JSON.stringify(worker) })).replaceAll('</script', '<\\/script')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Flame graph</title></head><body style="margin:0"><main id="root"></main><script>${script}</script></body></html>`
}

async function bundle(entry: string, define: Record<string, string>): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`./${entry}`, import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': entry === 'engine-page.tsx' ? '"development"' : '"production"', ...define },
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
