import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The dev page as one HTML document, nothing to fetch. */
export async function bundleDevPage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./page.tsx', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  })
  const script = (outputFiles[0]?.text ?? '').replaceAll('</script', '<\\/script')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Flame graph</title></head><body style="margin:0"><main id="root"></main><script>${script}</script></body></html>`
}
