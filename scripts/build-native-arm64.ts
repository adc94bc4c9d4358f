/**
 * Cross-builds the native helper for arm64 on a Debian of another kind: its compiler from apt, the libraries of arm64 unpacked into a
 * folder of their own.
 *
 *   npm run build:native:arm64 [-- --verbose]      native/dist/arm64/sonde-bpf
 */
import path from 'node:path'
import { ensureArm64Helper } from '../vm/build-arm64-helper.ts'
import { CACHE_FOLDER } from '../vm/lab.ts'
import { isNativeBuilt, nativeHelper } from './setup/build-native.mjs'
import { createProgress } from './setup/progress.mjs'

const root = path.resolve(import.meta.dirname, '..')
await ensureArm64Helper(root, CACHE_FOLDER, createProgress({ verbose: process.argv.includes('--verbose') }))
if (!isNativeBuilt(root, 'arm64')) {
  console.error('no native helper for arm64')
  process.exit(1)
}
console.log(nativeHelper(root, 'arm64'))
