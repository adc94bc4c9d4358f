import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { buildNative, isNativeBuilt, nativeBuildTools } from '../scripts/setup/build-native.mjs'
import type { Progress } from '../scripts/setup/progress.mjs'
import { ensureTools } from '../scripts/setup/system-tools.mjs'
import { DebianPackages } from './debian-packages.ts'
import { extractPackage } from './extract-package.ts'

const COMPILER = 'aarch64-linux-gnu-gcc'
/** What the helper is linked with, for arm64. */
const LIBRARIES = ['libbpf-dev', 'libelf-dev', 'zlib1g-dev', 'linux-libc-dev']

/**
 * The native helper for arm64, built here with Debian's cross compiler: for the arm64 machine, whose own compiler would take minutes
 * under emulation. Without it the guest's agent works with bpftrace; why there is none is said.
 */
export async function ensureArm64Helper(root: string, cacheFolder: string, progress: Progress): Promise<void> {
  if (isNativeBuilt(root, 'arm64') || process.arch === 'arm64') return
  const without = 'the arm64 machine works without the native helper'
  const compiler = { command: COMPILER, packages: ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross'], without }
  if ((await ensureTools([...nativeBuildTools(), compiler], progress)).length > 0) return
  await progress.step('building the native helper for arm64', async () => {
    const sysroot = path.join(cacheFolder, 'arm64-sysroot')
    if (!existsSync(sysroot)) await makeSysroot(sysroot)
    await buildNative(root, progress, { arch: 'arm64', compiler: COMPILER, sysroot })
  })
}

async function makeSysroot(folder: string): Promise<void> {
  const work = `${folder}.new`
  rmSync(work, { recursive: true, force: true })
  mkdirSync(path.join(work, 'root'), { recursive: true })
  const debian = await DebianPackages.open(path.join(work, 'apt'), 'bookworm', 'arm64')
  for (const deb of await debian.download(LIBRARIES, { withDependencies: false })) await extractPackage(deb, path.join(work, 'root'))
  renameSync(path.join(work, 'root'), folder)
  rmSync(work, { recursive: true, force: true })
}
