// @ts-check
/**
 * The incident of the README's walk-through, on this machine and at a safe scale: a checkout service whose message queue is
 * down, a healthy neighbour, and some customers.
 *
 *   npm run demo:incident [-- --seconds N]
 *
 * Bounded: about two thirds of one core, at most 64 MB of log in a temporary folder that is removed at the end. Nothing is
 * left behind, even after kill -9 of this process.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const here = path.dirname(fileURLToPath(import.meta.url))
const { values } = parseArgs({ options: { seconds: { type: 'string' } } })
const seconds = values.seconds === undefined ? null : Number(values.seconds)
if (seconds !== null && !(seconds > 0)) {
  console.error(`--seconds takes a number above 0, not "${values.seconds}"`)
  process.exit(2)
}

/**
 * So that a profiler can name JavaScript: the first two make V8 write /tmp/perf-PID.map and keep interpreted functions apart.
 * The third keeps small functions like connectToQueue from being merged into their caller, where they would have no frame.
 * The last compiles every function at once: interpreted code lives in short-lived trampolines, whose addresses V8 gives to
 * other functions without telling the map, so that names came out wrong.
 */
const NAMED_FRAMES = ['--perf-basic-prof', '--interpreted-frames-native-stack', '--no-turbo-inlining', '--always-sparkplug']

const folder = mkdtempSync(path.join(tmpdir(), 'sonde-incident-'))
/** @type {import('node:child_process').ChildProcess[]} */
const children = []
let stopping = false

/**
 * The socket of a queue that died: the file is there, nobody listens, connecting to it is refused. Node removes the path of
 * a server that it closes, so the file is moved out of its sight first.
 * @param {string} target
 */
async function leaveDeadSocket(target) {
  const server = createServer()
  await new Promise((resolve) => server.listen(`${target}.alive`, () => resolve(undefined)))
  renameSync(`${target}.alive`, target)
  await new Promise((resolve) => server.close(resolve))
}

/** @param {string} script @param {(string | number)[]} [args] */
function startService(script, args = []) {
  const child = fork(path.join(here, script), args.map(String), {
    execArgv: NAMED_FRAMES,
    cwd: folder, // V8 leaves a log of its own in the current folder
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  })
  children.push(child)
  child.on('exit', (code, signal) => {
    if (!stopping) stop(`${script} ended unexpectedly (${signal ?? code})`, 1)
  })
  return child
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<number>} */
const listening = (child) =>
  new Promise((resolve) => {
    child.on('message', (/** @type {{ type: string, port: number }} */ message) => {
      if (message.type === 'listening') resolve(message.port)
    })
  })

/** @param {string} why @param {number} code */
async function stop(why, code) {
  if (stopping) return
  stopping = true
  console.log(`\n${why}: stopping`)
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const patience = setTimeout(() => child.kill('SIGKILL'), 2000)
      await ended
      clearTimeout(patience)
    }),
  )
  for (const child of children) rmSync(path.join('/tmp', `perf-${child.pid}.map`), { force: true })
  rmSync(folder, { recursive: true, force: true })
  console.log('gone, with its log files')
  process.exit(code)
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => stop(signal === 'SIGINT' ? 'Ctrl-C' : signal, 0))
process.once('disconnect', () => stop('the starting process is gone', 0)) // only where this was forked itself

const queueSocket = path.join(folder, 'queue.sock')
await leaveDeadSocket(queueSocket)
const checkout = startService('checkout.mjs', [0, queueSocket, folder])
const catalog = startService('catalog.mjs')
const [checkoutPort, catalogPort] = await Promise.all([listening(checkout), listening(catalog)])
const loadgen = startService('loadgen.mjs', [checkoutPort, catalogPort])
let last = { refused: 0, lines: 0 }
checkout.on('message', (/** @type {{ type: string, refused: number, lines: number }} */ message) => {
  if (message.type === 'counters') last = message
})

console.log(`An incident is running on this machine${seconds === null ? '' : ` for ${seconds} s`}:
  checkout  pid ${checkout.pid}  takes orders; its message queue at ${queueSocket} is down
  catalog   pid ${catalog.pid}  a healthy neighbour
  loadgen   pid ${loadgen.pid}  customers

Find it in Sonde: New capture → "CPU + syscalls" → filter: process "checkout" → Start.
  left:  search the flame graph for publishWithRetry
  right: connect fails with ECONNREFUSED thousands of times a second; write goes to ${path.join(folder, 'checkout.log')}
Ctrl-C ends it and removes the log.`)
process.send?.({ type: 'ready', pids: { checkout: checkout.pid, catalog: catalog.pid, loadgen: loadgen.pid } })

let before = { ...last, at: performance.now() }
const ticker = setInterval(() => {
  const seconds = (performance.now() - before.at) / 1000
  const rate = Math.round((last.refused - before.refused) / seconds)
  console.log(`  checkout: ${rate} refused connections and as many log lines a second`)
  before = { ...last, at: performance.now() }
}, 10_000)
ticker.unref()
if (seconds !== null) setTimeout(() => stop(`${seconds} s are over`, 0), seconds * 1000)
