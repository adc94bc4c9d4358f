// Bundles the command line client into one file that needs nothing but Node: dist/sonde.js
import { chmodSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = path.dirname(fileURLToPath(import.meta.url))
const outfile = path.join(here, 'dist/sonde.js')

/** zod carries its messages in 50 languages; the client speaks one. */
const englishOnly = {
  name: 'english-only',
  setup(build) {
    build.onLoad({ filter: /node_modules\/zod\/v4\/locales\/index\.js$/ }, () => ({ contents: "export { default as en } from './en.js'" }))
  },
}

await build({
  entryPoints: [path.join(here, 'src/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  minifySyntax: true,
  legalComments: 'linked',
  // commander is CommonJS and asks for node:events and the like with require.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  plugins: [englishOnly],
  logLevel: 'warning',
})
chmodSync(outfile, 0o755)
