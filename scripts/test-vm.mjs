// @ts-check
/**
 * npm run test:vm: what needs a kernel or a CPU that this machine may not have (kprobes, hardware counters), in virtual machines
 * with the real agent inside and the real gateway and database outside. Ends with `N passed, N failed`.
 *
 *   npm run test:vm                    all machines, one after the other
 *   npm run test:vm x86                one of them: x86, debian13 or arm64
 *   npm run test:vm -- --fresh         makes the machines' disks anew, from the newest packages
 *   npm run test:vm -- --all-recipes   runs every recipe in the x86 machine (minutes), not just those that need one
 */
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { quietEnv } from './env.mjs'
import { ensureBuilt, ensurePrismaClient } from './setup/build-apps.mjs'
import { ensureNodeModules } from './setup/node-modules.mjs'
import { nodeVersionProblem } from './setup/node-version.mjs'
import { createProgress, formatDuration, runTool, StepError } from './setup/progress.mjs'
import { ensureTools, findCommand } from './setup/system-tools.mjs'
import { countVitest } from './setup/test-counts.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const EMULATORS = /** @type {Readonly<Record<string, { command: string, packages: string[] }>>} */ ({
  // seabios: QEMU's x86 machine does not start without its firmware.
  x86: { command: 'qemu-system-x86_64', packages: ['qemu-system-x86', 'seabios'] },
  debian13: { command: 'qemu-system-x86_64', packages: ['qemu-system-x86', 'seabios'] },
  arm64: { command: 'qemu-system-aarch64', packages: ['qemu-system-arm'] },
})

const args = process.argv.slice(2)
const named = args.filter((arg) => !arg.startsWith('--'))
const machines = named.length > 0 ? named : Object.keys(EMULATORS)
const progress = createProgress({ verbose: args.includes('--verbose') })

/** Why the machines cannot run here, or null. */
function problem() {
  const unknown = named.filter((name) => !EMULATORS[name])
  const options = args.filter((arg) => arg.startsWith('--') && !['--fresh', '--all-recipes', '--verbose'].includes(arg))
  if (unknown.length > 0) return `There is no machine ${unknown.join(', ')}; there are: ${Object.keys(EMULATORS).join(', ')}.`
  if (options.length > 0) return `There is no option ${options.join(', ')}.`
  if (process.platform !== 'linux') return 'The virtual machines are made on Linux only.'
  if (process.getuid?.() !== 0) return "The virtual machines' disks are made by root: sudo npm run test:vm"
  if (!findCommand('apt-get')) return "The virtual machines' disks are made from Debian's packages, which takes a Debian with apt."
  return nodeVersionProblem(process.versions.node)
}

async function main() {
  await ensureNodeModules(root, progress)
  const without = 'the virtual machines cannot be made'
  const missing = await ensureTools(
    [
      ...machines.map((name) => ({ command: EMULATORS[name]?.command ?? '', packages: EMULATORS[name]?.packages ?? [], without })),
      { command: 'cpio', packages: ['cpio'], without },
      { command: 'xz', packages: ['xz-utils'], without },
      { command: 'mke2fs', packages: ['e2fsprogs'], without },
      { command: 'setpriv', packages: ['util-linux'], without: 'a virtual machine could outlive its test' },
    ],
    progress,
  )
  if (missing.length > 0) throw new StepError(`${missing.map((tool) => tool.command).join(', ')} missing: ${without}`)
  await ensurePrismaClient(root, progress)
  await ensureBuilt(root, progress, ['gateway', 'agent'])
  if (args.includes('--fresh')) rmSync(path.join(root, 'node_modules/.cache/sonde-vm'), { recursive: true, force: true })

  const report = path.join(root, 'node_modules/.cache/sonde-test/vm.json')
  mkdirSync(path.dirname(report), { recursive: true })
  rmSync(report, { force: true })
  const files = machines.map((name) => `vm/${name}.vm.test.ts`)
  const argv = ['run', '--project', 'vm', ...files, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const env = { ...process.env, ...quietEnv, NO_COLOR: '1', SONDE_VM_RECIPES: args.includes('--all-recipes') ? 'all' : 'special' }
  const failed = await runTool(path.join(root, 'node_modules/.bin/vitest'), argv, { cwd: root, env, verbose: true }).then(
    () => false,
    () => true,
  )
  const counts = countVitest(report) ?? { passed: 0, failed: 0, skipped: 0 }
  // A runner that failed without a failed test counts as one.
  return { ...counts, failed: failed && counts.failed === 0 ? 1 : counts.failed }
}

const refusal = problem()
if (refusal) {
  console.error(refusal)
  process.exit(2)
}
const started = performance.now()
try {
  const { passed, failed, skipped } = await main()
  console.log(`\n  ${machines.join(' and ')}: ${formatDuration(performance.now() - started)}\n`)
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed === 0 ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  if (error instanceof StepError) for (const line of error.tail) console.error(`    | ${line}`)
  process.exitCode = 1
}
