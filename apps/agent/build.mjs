// Bundles the agent into one file that needs nothing but Node: dist/main.js
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = path.dirname(fileURLToPath(import.meta.url))

/** zod carries its messages in 50 languages; the agent speaks one. Half of the bundle. */
const englishOnly = {
  name: 'english-only',
  setup(build) {
    build.onLoad({ filter: /node_modules\/zod\/v4\/locales\/index\.js$/ }, () => ({ contents: "export { default as en } from './en.js'" }))
  },
}

await build({
  entryPoints: [path.join(here, 'src/main.ts')],
  outfile: path.join(here, 'dist/main.js'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  minifySyntax: true,
  legalComments: 'linked',
  // pino is CommonJS and asks for node:os and the like with require.
  banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
  plugins: [englishOnly],
  logLevel: 'warning',
})

// The native helper, where it was built (scripts/setup/build-native.mjs): the agent looks for it beside itself.
const helper = path.join(here, '../../native/dist', process.arch, 'sonde-bpf')
const beside = path.join(here, 'dist/sonde-bpf')
rmSync(beside, { force: true })
if (existsSync(helper)) copyFileSync(helper, beside)
