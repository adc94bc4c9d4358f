import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { postgresBinaries } from './postgres-binaries.ts'
import { chooseLauncher, type Launcher } from './postgres-launcher.ts'
import { commandOf, isAlive } from './process-check.ts'

const USER = 'sonde'
const LOG_LIMIT_BYTES = 10 * 1024 * 1024

export type EmbeddedPostgresOptions = {
  /** Folder of its own, made if missing: `pgdata/`, `password`, `port`, `postgres.log`. */
  dir: string
  /** Made if missing. */
  database?: string
  /** Port on 127.0.0.1; left out, the one of the last start if it is free, else any free one. */
  port?: number
  /** How to run as root, which Postgres refuses: found out where left out. Ignored for other users. */
  asRoot?: 'userns' | 'setuid'
  /** One short sentence for each step that takes noticeable time. */
  onProgress?: (step: string) => void
}

export type EmbeddedPostgres = {
  /** Connection string of `database`, with its password. */
  url: string
  port: number
  pid: number
  /** The server was still running, left over from a start whose process was killed. */
  adopted: boolean
  /** Fast shutdown: open transactions are rolled back, everything acknowledged is on disk. Safe to call twice. */
  stop: () => Promise<void>
}

/** A start that failed for a reason that a person can do something about; `message` says what. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError'
}

/**
 * Starts a real Postgres whose binaries come from npm, with its data in a local folder. Listens on 127.0.0.1 only and asks
 * for a password (other users of the machine reach that address too). Survives `kill -9` of itself and of its parent: an
 * orphaned server is taken over by the next start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dir = path.resolve(options.dir)
  const progress = options.onProgress ?? (() => {})
  await mkdir(dir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new EmbeddedPostgresError(`cannot make the database folder ${dir}: ${reasonOf(error)}`)
  })
  const binaries = postgresBinaries()
  const launcher = await chooseLauncher(binaries, dir, options.asRoot)
  const data = path.join(dir, 'pgdata')
  if (!existsSync(path.join(data, 'PG_VERSION'))) {
    progress('making a new database')
    await initialise(launcher, dir, data)
  }
  const password = readFileSync(path.join(dir, 'password'), 'utf8').trim()
  const database = options.database ?? 'sonde'
  const server =
    (await adoptRunning(dir, data, password, progress)) ?? (await startServer(launcher, dir, data, password, options.port, progress))
  try {
    await createDatabase(urlOf(server.port, password, 'postgres'), database)
  } catch (error) {
    await server.stop()
    throw error
  }
  return { ...server, url: urlOf(server.port, password, database) }
}

type Server = Omit<EmbeddedPostgres, 'url'>

/** initdb into a folder beside, renamed when it is whole: an interrupted one is never taken for a database. */
async function initialise(launcher: Launcher, dir: string, data: string): Promise<void> {
  const fresh = `${data}.new`
  rmSync(fresh, { recursive: true, force: true })
  const passwordFile = path.join(dir, 'password')
  writeFileSync(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  launcher.own(passwordFile)
  // The builtin provider gives the same order and case rules on every system, whatever locales are installed.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '-E', 'UTF8']
  const args = [
    '-D',
    fresh,
    '-U',
    USER,
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--data-checksums',
    '--no-instructions',
    ...locale,
  ]
  const child = launcher.spawn('initdb', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout?.on('data', (d: Buffer) => (output += d.toString()))
  child.stderr?.on('data', (d: Buffer) => (output += d.toString()))
  const { code, error } = await ended(child)
  if (code !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    throw new EmbeddedPostgresError(explain('the database could not be made', error?.message ?? output, dir))
  }
  renameSync(fresh, data)
}

/**
 * A parent killed with -9 leaves its server running: take it over instead of failing on its lock file. A lock file whose
 * process is gone, or is another program by now (a reboot hands out the same numbers), is removed.
 */
async function adoptRunning(dir: string, data: string, password: string, progress: (step: string) => void): Promise<Server | null> {
  const lock = path.join(data, 'postmaster.pid')
  const lines = readLock(data)
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 1) return null
  if (!isAlive(pid) || !commandOf(pid).includes(data)) {
    rmSync(lock, { force: true })
    return null
  }
  const port = Number(lines[3])
  progress('taking over the database server that is still running')
  while (isAlive(pid)) {
    if (saysReady(data, pid) && (await answers(urlOf(port, password, 'postgres')))) {
      writeFileSync(path.join(dir, 'port'), `${port}\n`)
      return { port, pid, adopted: true, stop: () => stopServer(pid, () => !isAlive(pid)) }
    }
    await sleep(50) // recovering, or on its way down
  }
  return null
}

async function startServer(
  launcher: Launcher,
  dir: string,
  data: string,
  password: string,
  wantedPort: number | undefined,
  progress: (step: string) => void,
): Promise<Server> {
  const log = path.join(dir, 'postgres.log')
  if (existsSync(log) && statSync(log).size > LOG_LIMIT_BYTES) renameSync(log, `${log}.1`)
  const portFile = path.join(dir, 'port')
  const lastPort = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : 0
  // Between the check that a port is free and the server's bind, somebody else may take it: try again, on another one.
  for (let round = 0; ; round++) {
    const port = wantedPort ?? (await freePort(round === 0 ? lastPort : 0))
    progress('starting the database')
    const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', max_connections: 100, shared_buffers: '128MB' }
    const args = ['-D', data, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])]
    const logStart = existsSync(log) ? statSync(log).size : 0
    const logFile = openSync(log, 'a', 0o600)
    // A group of its own: a terminal's Ctrl-C must reach Sonde first, which then stops its parts in order.
    const child = launcher.spawn('postgres', args, { stdio: ['ignore', logFile, logFile], detached: true })
    closeSync(logFile)
    let exited = false
    const end = ended(child).then((how) => {
      exited = true
      return how
    })
    // Its own word first: knocking at once might be answered by another program, and that would be given the password.
    while (!exited && !(saysReady(data, child.pid) && (await answers(urlOf(port, password, 'postgres'))))) await sleep(20)
    if (!exited && child.pid !== undefined) {
      writeFileSync(portFile, `${port}\n`)
      child.unref()
      const pid = child.pid
      return { port, pid, adopted: false, stop: () => stopServer(pid, () => exited) }
    }
    const { error } = await end
    const said = error?.message ?? readFileSync(log, 'utf8').slice(logStart)
    if (/could not bind|Address already in use/.test(said) && wantedPort === undefined && round < 3) continue
    if (/Address already in use/.test(said)) throw new EmbeddedPostgresError(`port ${port} of the database is taken by another program`)
    throw new EmbeddedPostgresError(explain('the database does not start', said, dir))
  }
}

/** postmaster.pid: pid, data folder, start time, port, socket folder, address, shared memory, status; a line each. */
function readLock(data: string): string[] {
  try {
    return readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

function saysReady(data: string, pid: number | undefined): boolean {
  const lines = readLock(data)
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
}

async function stopServer(pid: number, gone: () => boolean): Promise<void> {
  // fast, then immediate (recovers at the next start; nothing acknowledged is lost)
  for (const [signal, patienceMs] of [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 2_000],
  ] as const) {
    if (gone()) return
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    const until = performance.now() + patienceMs
    while (!gone() && performance.now() < until) await sleep(10)
  }
}

/** Turns what the tool said into one sentence and its last lines. */
function explain(what: string, said: string, dir: string): string {
  const tail = said.trim().split('\n').slice(-6).join('\n')
  if (/No space left on device|ENOSPC|Disk quota exceeded/.test(said))
    return `${what}: the disk of ${dir} is full. Free some space and start again.\n${tail}`
  if (/database files are incompatible/.test(said)) {
    return `${what}: the data in ${dir} was written by another major version of Postgres. Move the folder away, or start the version that wrote it.\n${tail}`
  }
  if (/error while loading shared libraries|GLIBC/.test(said)) {
    return `${what}: its binaries need libraries that this system lacks. Set DATABASE_URL to a Postgres server instead.\n${tail}`
  }
  if (/Permission denied|EACCES/.test(said)) return `${what}: no permission on ${dir}.\n${tail}`
  return `${what} (log: ${path.join(dir, 'postgres.log')}):\n${tail}`
}

function urlOf(port: number, password: string, database: string): string {
  return `postgresql://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`
}

/** True once the server accepts this password and answers a query; false while it starts, recovers or is not there. */
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } catch (error) {
    // 28P01: it is up, and the password file is not the one it was made with. Waiting would not help.
    if (error instanceof pg.DatabaseError && error.code === '28P01') {
      throw new EmbeddedPostgresError(
        'the database does not take the password in its folder: another server listens there, or the file was changed',
      )
    }
    return false
  } finally {
    void client.end().catch(() => {}) // not awaited: it waits for a server that may never answer
  }
}

async function createDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}

/** `preferred` if nobody listens there, else a free one. */
async function freePort(preferred: number): Promise<number> {
  const bind = (port: number) =>
    new Promise<number | null>((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(null))
      server.listen(port, '127.0.0.1', () => {
        const address = server.address()
        server.close(() => resolve(typeof address === 'object' && address ? address.port : null))
      })
    })
  const port = (preferred > 0 && preferred < 65_536 ? await bind(preferred) : null) ?? (await bind(0))
  if (port === null) throw new EmbeddedPostgresError('no free port on 127.0.0.1 for the database')
  return port
}

function ended(child: ChildProcess): Promise<{ code: number | null; error?: Error }> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, error }))
    child.once('close', (code) => resolve({ code }))
  })
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
