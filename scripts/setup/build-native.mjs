// @ts-check
/**
 * Builds native/, the agent's helper that talks to the kernel: clang compiles the BPF programs, gcc a static executable around them.
 *
 *   node scripts/setup/build-native.mjs [--verbose]      for this machine, into native/dist/<arch>/sonde-bpf
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createProgress, runTool, StepError } from './progress.mjs'
import { ensureTools } from './system-tools.mjs'

/**
 * `gnu`: the name of the C library's folders. `bpf`: what the programs are told about the machine they run on.
 * @typedef {'x64' | 'arm64'} NativeArch
 * @type {Readonly<Record<NativeArch, { gnu: string, bpf: string }>>}
 */
const MACHINES = {
  x64: { gnu: 'x86_64-linux-gnu', bpf: 'x86' },
  arm64: { gnu: 'aarch64-linux-gnu', bpf: 'arm64' },
}

/** @param {string} arch @returns {arch is NativeArch} */
export const isNativeArch = (arch) => arch in MACHINES

/** @param {string} root @param {NativeArch} arch */
export const nativeHelper = (root, arch) => path.join(root, 'native/dist', arch, 'sonde-bpf')
const stampOf = (/** @type {string} */ helper) => `${helper}.sha256`

const WITHOUT = 'system calls are recorded with bpftrace, which costs the recorded programs more'
/** What the build takes, as Debian's packages. @returns {import('./system-tools.mjs').SystemTool[]} */
export const nativeBuildTools = () => [
  { command: 'clang', packages: ['clang'], without: WITHOUT },
  { command: 'gcc', packages: ['gcc', 'libc6-dev'], without: WITHOUT },
  { command: 'libbpf', file: '/usr/include/bpf/libbpf.h', packages: ['libbpf-dev'], without: WITHOUT },
  { command: 'libelf', file: '/usr/include/libelf.h', packages: ['libelf-dev'], without: WITHOUT },
  { command: 'zlib', file: '/usr/include/zlib.h', packages: ['zlib1g-dev'], without: WITHOUT },
]

/** @param {string} root @param {string} folder @param {RegExp} pattern */
const sources = (root, folder, pattern) =>
  readdirSync(path.join(root, 'native', folder))
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => path.join(root, 'native', folder, name))

/** @param {string} root @param {NativeArch} arch */
function sourceHash(root, arch) {
  const hash = createHash('sha256').update(arch)
  const files = [...sources(root, 'bpf', /\.[ch]$/), ...sources(root, 'src', /\.[chS]$/), fileURLToPath(import.meta.url)]
  for (const file of files) hash.update(path.basename(file)).update('\0').update(readFileSync(file)).update('\0')
  return hash.update(version(root)).digest('hex')
}

/** @param {string} root */
function version(root) {
  const { version: text } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  if (!/^[\w.+-]{1,32}$/.test(text)) throw new Error(`package.json: ${text} is no version`)
  return text
}

/** @param {string} root @param {NativeArch} arch */
export function isNativeBuilt(root, arch) {
  const helper = nativeHelper(root, arch)
  return existsSync(helper) && existsSync(stampOf(helper)) && readFileSync(stampOf(helper), 'utf8') === sourceHash(root, arch)
}

/**
 * @param {string} root
 * @param {import('./progress.mjs').Progress} progress
 * @param {{ arch: NativeArch, compiler?: string, sysroot?: string | null }} target `sysroot`: where another machine's headers and
 *   libraries lie, laid out as on that machine
 */
export async function buildNative(root, progress, { arch, compiler = 'gcc', sysroot = null }) {
  const { gnu, bpf } = MACHINES[arch]
  const helper = nativeHelper(root, arch)
  mkdirSync(path.dirname(helper), { recursive: true })
  const work = mkdtempSync(path.join(path.dirname(helper), 'build-'))
  const options = { cwd: work, env: { ...process.env, LC_ALL: 'C' }, verbose: progress.verbose }
  const under = (/** @type {string} */ folder) => path.join(sysroot ?? '/', folder)
  try {
    for (const source of sources(root, 'bpf', /\.bpf\.c$/)) {
      const flags = ['-g', '-O2', '-mcpu=v2', '-target', 'bpf', `-D__TARGET_ARCH_${bpf}`, '-Wall', '-Werror']
      const includes = ['-idirafter', under(`usr/include/${gnu}`), '-idirafter', under('usr/include')]
      await runTool('clang', [...flags, ...includes, '-c', source, '-o', `${path.basename(source, '.c')}.o`], options)
    }
    const warnings = ['-Wall', '-Wextra', '-Werror']
    const flags = ['-std=gnu11', '-O2', '-fstack-protector-strong', '-D_FORTIFY_SOURCE=2', ...warnings, '-static', '-s']
    const other = sysroot === null ? [] : [`-I${under('usr/include')}`, `-I${under(`usr/include/${gnu}`)}`, `-L${under(`usr/lib/${gnu}`)}`]
    await runTool(
      compiler,
      [
        ...flags,
        ...other,
        `-DSONDE_BPF_VERSION="${version(root)}"`,
        `-Wa,-I${work}`,
        '-o',
        'sonde-bpf',
        ...sources(root, 'src', /\.[cS]$/),
        '-lbpf',
        '-lelf',
        '-lz',
      ],
      options,
    )
    // Stamp and helper never disagree: a build that was interrupted leaves no stamp.
    rmSync(stampOf(helper), { force: true })
    renameSync(path.join(work, 'sonde-bpf'), helper)
    writeFileSync(stampOf(helper), sourceHash(root, arch))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/**
 * Gets what the build takes and builds where the sources are not those of the last build. Without the helper everything still works, so
 * what cannot be had is said and no failure.
 * @param {string} root
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<string | null>} why there is no helper, null where there is one
 */
export async function ensureNative(root, progress) {
  if (process.platform !== 'linux' || !isNativeArch(process.arch)) return `there is none for ${process.platform} on ${process.arch}`
  const arch = process.arch
  if (isNativeBuilt(root, arch)) return null
  const missing = await ensureTools(nativeBuildTools(), progress)
  if (missing.length > 0) return `${missing.map((tool) => tool.command).join(', ')} missing`
  try {
    await progress.step('building the native helper', () => buildNative(root, progress, { arch }))
    return null
  } catch (error) {
    progress.note(`the native helper could not be built (${error instanceof Error ? error.message : error}): ${WITHOUT}`)
    if (error instanceof StepError) for (const line of error.tail) progress.note(`  ${line}`)
    return 'it could not be built'
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.resolve(import.meta.dirname, '../..')
  const problem = await ensureNative(root, createProgress({ verbose: process.argv.includes('--verbose') }))
  if (problem) {
    console.error(`no native helper: ${problem}`)
    process.exit(1)
  }
  console.log(isNativeArch(process.arch) ? nativeHelper(root, process.arch) : '')
}
