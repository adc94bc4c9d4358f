// @ts-check
/**
 * npm test: everything that has to hold, from a bare clone. Installs what it needs (through apt as root), then runs every
 * step even after a failed one, prints a table of steps and times, and ends with `N passed, N failed`.
 *
 *   npm test                     all of it
 *   npm test -- unit e2e         these steps only (see STEPS), after the same installs
 *   npm test -- --verbose        with the tools' own output
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { quietEnv } from './env.mjs'
import { ensureTraceFs } from './launch/trace-fs.mjs'
import { ensureBuilt, ensurePrismaClient } from './setup/build-apps.mjs'
import { buildNative, isNativeArch, isNativeBuilt, nativeBuildTools } from './setup/build-native.mjs'
import { ensureNodeModules } from './setup/node-modules.mjs'
import { nodeVersionProblem } from './setup/node-version.mjs'
import { createProgress, formatDuration, runTool, StepError } from './setup/progress.mjs'
import { ensureTools, findCommand, tracingTools } from './setup/system-tools.mjs'
import { countPlaywright, countVitest } from './setup/test-counts.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const reports = path.join(root, 'node_modules/.cache/sonde-test')
const args = process.argv.slice(2)
const verbose = args.includes('--verbose')
const progress = createProgress({ verbose })
const env = { ...process.env, ...quietEnv }
const bin = (/** @type {string} */ name) => path.join(root, 'node_modules/.bin', name)

const isLinuxRoot = process.platform === 'linux' && process.getuid?.() === 0
const needsRoot = process.platform !== 'linux' ? 'tracing is Linux only' : isLinuxRoot ? null : 'tracing needs root: sudo npm test'
const chromium = () =>
  ['chromium', 'chromium-browser', 'google-chrome'].some((name) => findCommand(name)) || Boolean(process.env.CHROMIUM_PATH)

/** Output is shown as it comes: a failing step's own words matter more than a tidy screen. @param {string} command @param {string[]} rest */
const run = (command, ...rest) => runTool(command, rest, { cwd: root, env, verbose: true })

/** @param {string} project */
async function vitest(project) {
  const file = path.join(reports, `${project}.json`)
  rmSync(file, { force: true })
  try {
    await runTool(bin('vitest'), ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`], {
      cwd: root,
      env: { ...env, NO_COLOR: '1' },
      verbose: true,
    })
  } catch (error) {
    throw Object.assign(error instanceof Error ? error : new Error(String(error)), { counts: countVitest(file) })
  }
  return countVitest(file)
}

/** Where it could not be built the tests that need it are skipped: so that is a failure here. */
async function native() {
  if (isNativeArch(process.arch) && !isNativeBuilt(root, process.arch)) await buildNative(root, progress, { arch: process.arch })
}

async function e2e() {
  const file = path.join(reports, 'e2e.json')
  rmSync(file, { force: true })
  try {
    await runTool(bin('playwright'), ['test', '--reporter=list,json'], {
      cwd: root,
      env: { ...env, NO_COLOR: '1', PLAYWRIGHT_JSON_OUTPUT_FILE: file },
      verbose: true,
    })
  } catch (error) {
    throw Object.assign(error instanceof Error ? error : new Error(String(error)), { counts: countPlaywright(file) })
  }
  return countPlaywright(file)
}

/** @typedef {{ passed: number, failed: number, skipped: number, flaky?: number }} Counts */
/** @typedef {{ name: string, title: string, skip?: () => string | null, work: () => Promise<Counts | null | void> }} Step */
/** @type {Step[]} */
const STEPS = [
  {
    name: 'lint',
    title: 'format and lint',
    work: async () => void (await run(bin('biome'), 'ci', '--colors=off', '--diagnostic-level=error', '.')),
  },
  { name: 'imports', title: 'import rules', work: async () => void (await run(process.execPath, 'scripts/check-imports.mjs')) },
  {
    name: 'lock',
    title: 'package-lock.json complete',
    work: async () => void (await run(process.execPath, 'scripts/fix-lock.mjs', '--check')),
  },
  { name: 'generate', title: 'database client', work: async () => void (await ensurePrismaClient(root, progress)) },
  {
    name: 'migrations',
    title: 'migrations match the schema',
    work: async () => void (await run(process.execPath, '--import', 'tsx', 'scripts/check-migrations.ts')),
  },
  {
    name: 'types',
    title: 'types',
    work: async () => {
      await run(bin('turbo'), 'run', 'typecheck', '--output-logs=errors-only')
      for (const folder of ['scripts', 'e2e', 'bench', 'vm']) {
        if (existsSync(path.join(root, folder, 'tsconfig.json'))) await run(bin('tsc'), '--noEmit', '-p', folder)
      }
    },
  },
  {
    name: 'native',
    title: 'native helper',
    skip: () => (process.platform !== 'linux' ? 'it is Linux only' : isLinuxRoot || findCommand('clang') ? null : 'clang is not installed'),
    work: native,
  },
  { name: 'unit', title: 'unit tests', work: () => vitest('unit') },
  { name: 'integration', title: 'integration tests', skip: () => needsRoot, work: () => vitest('integration') },
  { name: 'build', title: 'build', work: async () => void (await ensureBuilt(root, progress)) },
  { name: 'e2e', title: 'end-to-end tests', skip: () => needsRoot ?? (chromium() ? null : 'no Chromium is installed'), work: e2e },
]

const wanted = args.filter((arg) => !arg.startsWith('--'))
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name))
const problem =
  nodeVersionProblem(process.versions.node) ??
  (unknown.length > 0 ? `no step is called ${unknown.join(', ')}; there are: ${STEPS.map((step) => step.name).join(', ')}` : null)
if (problem) {
  console.error(problem)
  process.exit(2)
}

/** @type {{ title: string, result: string, ms: number }[]} */
const table = []
const total = { passed: 0, failed: 0, skipped: 0 }
const started = performance.now()
try {
  await ensureNodeModules(root, progress)
  if (process.platform === 'linux') {
    await ensureTools(
      [
        ...tracingTools(),
        { command: 'strace', packages: ['strace'], without: 'the comparison with strace is skipped' },
        { command: 'gcc', packages: ['gcc', 'libc6-dev'], without: 'tests that trace a compiled program are skipped' },
        { command: 'bpftool', packages: ['bpftool'], without: 'nothing looks whether the kernel is left clean' },
        { command: 'javac', packages: ['default-jdk-headless'], without: 'tests that trace a JVM are skipped' },
        { command: 'python3', packages: ['python3'], without: 'the test that traces Python is skipped' },
        ...nativeBuildTools(),
        ...(chromium() ? [] : [{ command: 'chromium', packages: ['chromium'], without: 'the end-to-end tests are skipped' }]),
      ],
      progress,
    )
  }
  ensureTraceFs(progress)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  if (error instanceof StepError) for (const line of error.tail) console.error(`    | ${line}`)
  process.exit(1)
}
mkdirSync(reports, { recursive: true })
table.push({ title: 'installs', result: 'ok', ms: performance.now() - started })

for (const step of STEPS.filter((candidate) => wanted.length === 0 || wanted.includes(candidate.name))) {
  const skip = step.skip?.() ?? null
  if (skip) {
    table.push({ title: step.title, result: `skipped: ${skip}`, ms: 0 })
    continue
  }
  console.log(`\n── ${step.title}`)
  const start = performance.now()
  /** @type {Counts | null} */
  let counts = null
  let failed = false
  try {
    counts = (await step.work()) ?? null
  } catch (error) {
    failed = true
    counts = error instanceof Error && 'counts' in error ? /** @type {Counts | null} */ (error.counts) : null
    if (!verbose && error instanceof StepError && step.name === 'build') for (const line of error.tail) console.error(`    | ${line}`)
    console.error(`  ✗ ${error instanceof Error ? error.message : error}`)
  }
  // A step that counts nothing itself, like lint, counts as one; so does a runner that failed without a failed test.
  const own = counts ?? { passed: failed ? 0 : 1, failed: 0, skipped: 0 }
  if (failed && own.failed === 0) own.failed = 1
  total.passed += own.passed
  total.failed += own.failed
  total.skipped += own.skipped
  const words = counts
    ? `${own.passed} passed, ${own.failed} failed${own.skipped ? `, ${own.skipped} skipped` : ''}${own.flaky ? `, ${own.flaky} at the second try` : ''}`
    : ''
  table.push({
    title: step.title,
    result: `${failed || own.failed > 0 ? 'FAILED' : 'ok'}${words ? `  ${words}` : ''}`,
    ms: performance.now() - start,
  })
}

const width = Math.max(...table.map((row) => row.title.length))
console.log(
  `\n${table.map((row) => `  ${row.title.padEnd(width)}  ${(row.ms === 0 ? '–' : formatDuration(row.ms)).padStart(12)}  ${row.result}`).join('\n')}`,
)
console.log(`  ${'all'.padEnd(width)}  ${formatDuration(performance.now() - started).padStart(12)}\n`)
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = total.failed === 0 ? 0 : 1
