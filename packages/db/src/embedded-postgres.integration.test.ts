import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'
import { postgresBinaries } from './postgres-binaries.ts'
import { isAlive } from './process-check.ts'

const here = path.dirname(fileURLToPath(import.meta.url))
const isRoot = process.getuid?.() === 0

let dir: string
let started: EmbeddedPostgres[]
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'sonde-pg-test-'))
  started = []
})
afterEach(async () => {
  for (const server of started) await server.stop()
  rmSync(dir, { recursive: true, force: true })
})

async function start(options: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dir, ...options })
  started.push(server)
  return server
}

async function query<T extends pg.QueryResultRow>(url: string, sql: string, values: unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<T>(sql, values)).rows
  } finally {
    await client.end()
  }
}

describe('startEmbeddedPostgres', () => {
  it('makes a database that only its password opens, and keeps port and data over restarts', async () => {
    const steps: string[] = []
    const first = await start({ onProgress: (step) => steps.push(step) })
    expect(steps).toEqual(['making a new database', 'starting the database'])
    expect(first.adopted).toBe(false)
    await query(first.url, 'CREATE TABLE kept (n int)')
    await query(first.url, 'INSERT INTO kept VALUES (41)')

    const wrong = new URL(first.url)
    wrong.password = 'wrong'
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/)
    wrong.password = ''
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow()
    expect(statSync(path.join(dir, 'password')).mode & 0o777).toBe(0o600)
    expect(statSync(path.join(dir, 'pgdata')).mode & 0o777).toBe(0o700)

    await first.stop()
    expect(isAlive(first.pid)).toBe(false)
    await first.stop() // again: nothing happens

    const second = await start()
    expect(second.port).toBe(first.port)
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 41 }])
  })

  it('loses no acknowledged row when the server is killed -9 while writing', async () => {
    const first = await start()
    const client = new pg.Client({ connectionString: first.url })
    client.on('error', () => {})
    await client.connect()
    await client.query('CREATE TABLE acked (n int PRIMARY KEY)')
    let acked = -1
    const writing = (async () => {
      for (let n = 0; ; n++) {
        await client.query('INSERT INTO acked VALUES ($1)', [n])
        acked = n
      }
    })().catch(() => {})
    while (acked < 200) await sleep(5)
    process.kill(first.pid, 'SIGKILL')
    await writing
    await client.end().catch(() => {})

    const second = await start()
    const [row] = await query<{ n: number; last: number }>(second.url, 'SELECT count(*)::int AS n, max(n) AS last FROM acked')
    expect(row?.last).toBeGreaterThanOrEqual(acked)
    expect(row?.n).toBe((row?.last ?? 0) + 1)
  })

  it('takes over the server of a parent that was killed -9', async () => {
    const parent = spawnParent(dir)
    const pid = await firstLine(parent)
    parent.kill('SIGKILL')
    await new Promise((resolve) => parent.once('exit', resolve))
    expect(isAlive(pid)).toBe(true)

    const adopted = await start()
    expect(adopted).toMatchObject({ adopted: true, pid })
    expect(await query(adopted.url, 'SELECT n FROM made_by_parent')).toEqual([{ n: 7 }])
    await adopted.stop()
    expect(isAlive(pid)).toBe(false)
  })

  it('does not believe a lock file whose process is another program by now', async () => {
    const first = await start()
    const lock = readFileSync(path.join(dir, 'pgdata/postmaster.pid'), 'utf8')
    await first.stop()
    writeFileSync(path.join(dir, 'pgdata/postmaster.pid'), lock.replace(/^\d+/, String(process.pid)))
    const second = await start()
    expect(second.adopted).toBe(false)
    expect(isAlive(process.pid)).toBe(true)
  })

  it('takes another port when the one of the last start is taken, and says so when the port was asked for', async () => {
    const first = await start()
    await first.stop()
    const heard: Buffer[] = []
    const squatter = createServer((socket) => {
      socket.on('data', (data) => heard.push(data))
      socket.on('error', () => {})
    })
    await new Promise<void>((resolve) => squatter.listen(first.port, '127.0.0.1', resolve))
    try {
      const second = await start()
      expect(second.port).not.toBe(first.port)
      await second.stop()
      await expect(start({ port: first.port })).rejects.toThrow(`port ${first.port} of the database is taken by another program`)
      expect(heard).toEqual([]) // and was not asked to check the password
    } finally {
      await new Promise((resolve) => squatter.close(resolve))
    }
  })

  it('begins again after an initdb that was interrupted', async () => {
    mkdirSync(path.join(dir, 'pgdata.new'))
    writeFileSync(path.join(dir, 'pgdata.new/half'), '')
    await start()
    expect(existsSync(path.join(dir, 'pgdata.new'))).toBe(false)
  })

  it('says what is wrong with data of another major version', async () => {
    const first = await start()
    await first.stop()
    writeFileSync(path.join(dir, 'pgdata/PG_VERSION'), '12\n')
    await expect(start()).rejects.toThrow(/written by another major version of Postgres/)
  })

  it.runIf(isRoot)('runs as another user where user namespaces are refused', async () => {
    chmodSync(dir, 0o755)
    const inner = path.join(dir, 'db')
    const server = await start({ dir: inner, asRoot: 'setuid' })
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0)
    expect(statSync(path.join(inner, 'password')).mode & 0o777).toBe(0o600)
    await server.stop()
    const again = await start({ dir: inner, asRoot: 'setuid' })
    expect(again.port).toBe(server.port)
  })

  it.runIf(isRoot && canMount())('says that the disk is full', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', dir])
    try {
      await expect(start()).rejects.toThrow(/the disk of .* is full/)
    } finally {
      execFileSync('umount', [dir])
    }
  })
})

describe('postgresBinaries', () => {
  it('says what to do on a platform without a package', () => {
    expect(() => postgresBinaries('sunos', 'sparc')).toThrow(/no embedded Postgres for this platform \(sunos sparc\).*Set DATABASE_URL/)
  })
})

function spawnParent(dataDir: string): ChildProcess {
  const code = `
    import { startEmbeddedPostgres } from ${JSON.stringify(path.join(here, 'embedded-postgres.ts'))}
    import pg from 'pg'
    const server = await startEmbeddedPostgres({ dir: ${JSON.stringify(dataDir)} })
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    await client.query('CREATE TABLE made_by_parent AS SELECT 7 AS n')
    console.log(server.pid)
    setInterval(() => {}, 1000)`
  const script = path.join(here, `.parent-${process.pid}.mts`)
  writeFileSync(script, code)
  const child = spawn(process.execPath, ['--import', 'tsx', script], { cwd: here, stdio: ['ignore', 'pipe', 'inherit'] })
  child.once('exit', () => rmSync(script, { force: true }))
  return child
}

async function firstLine(child: ChildProcess): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(Number(data.toString().trim())))
    child.once('exit', () => reject(new Error('the parent ended early')))
  })
}

function canMount(): boolean {
  const probe = mkdtempSync(path.join(tmpdir(), 'sonde-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'ignore' })
    execFileSync('umount', [probe], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(probe, { recursive: true, force: true })
  }
}
