// Bundles the gateway: dist/main.js (the server) and dist/admin.js (the command line).
// Everything goes in, so that dist/ needs nothing but Node: the image of docker/Dockerfile.server has no node_modules for it.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = path.dirname(fileURLToPath(import.meta.url))

await build({
  entryPoints: ['main', 'admin'].map((name) => path.join(here, 'src', `${name}.ts`)),
  outdir: path.join(here, 'dist'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  // pg asks for it inside a try and goes on without
  external: ['pg-native'],
  // better-auth's hashing is ESM, but what it pulls in asks for Node's modules with require.
  banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
  logLevel: 'warning',
})
