import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSecret } from './data-files.mjs'
import { freePort, portHolder, portProblem } from './ports.mjs'
import { isSameProcess, startOf } from './process-identity.mjs'
import { claimRun, readRun, runningIn } from './run-file.mjs'
import { machineNotes, readSettings } from './settings.mjs'

let dir = ''
const children: ChildProcess[] = []
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'sonde-launch-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})
/** A process that only waits. */
async function waiter(): Promise<{ pid: number; gone: Promise<unknown> }> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  children.push(child)
  const gone = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => child.once('spawn', resolve))
  if (child.pid === undefined) throw new Error('no pid')
  return { pid: child.pid, gone }
}

describe('run.json', () => {
  it('says who runs here, until released', async () => {
    const run = await claimRun(dir, 'http://127.0.0.1:1')
    expect(runningIn(dir)).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:1' })
    expect(statSync(path.join(dir, 'run.json')).mode & 0o777).toBe(0o600)
    run.release()
    expect(runningIn(dir)).toBeNull()
  })

  it('ends what a killed launcher left running, and nothing else', async () => {
    const [orphan, stranger] = [await waiter(), await waiter()]
    const record = {
      pid: 4_000_000,
      start: 'gone',
      url: 'x',
      children: [
        { name: 'web', pid: orphan.pid, start: startOf(orphan.pid) },
        { name: 'gateway', pid: stranger.pid, start: 'another process had this pid' },
      ],
    }
    writeFileSync(path.join(dir, 'run.json'), JSON.stringify(record))
    expect(runningIn(dir)).toBeNull()
    const run = await claimRun(dir, 'x')
    expect(run.ended).toEqual(['web'])
    await orphan.gone
    expect(startOf(stranger.pid)).not.toBeNull()
  })

  it('survives a file that is not one', async () => {
    writeFileSync(path.join(dir, 'run.json'), '{"pid":')
    expect(readRun(dir)).toBeNull()
    expect((await claimRun(dir, 'x')).ended).toEqual([])
  })

  it('tells a pid from the process that has it now', async () => {
    const { pid } = await waiter()
    expect(isSameProcess({ pid, start: startOf(pid) })).toBe(true)
    expect(isSameProcess({ pid, start: 'earlier' })).toBe(false)
    expect(isSameProcess({ pid: 4_194_300, start: null })).toBe(false)
  })
})

describe('ports', () => {
  it('names the port, who has it and the variable', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })
    const problem = await portProblem({ host: '127.0.0.1', port, what: 'web server', variable: 'SONDE_PORT' })
    expect(problem).toContain(`Port ${port} for the web server is taken`)
    expect(problem).toContain('SONDE_PORT')
    if (process.platform === 'linux') expect(problem).toContain(`(pid ${process.pid})`)
    await new Promise((resolve) => server.close(resolve))
    expect(await portProblem({ host: '127.0.0.1', port, what: 'web server', variable: 'SONDE_PORT' })).toBeNull()
    expect(portHolder(port)).toBeNull()
  })

  it('says so when the address is not of this machine', async () => {
    expect(await portProblem({ host: '192.0.2.1', port: await freePort(), what: 'gateway', variable: 'SONDE_GATEWAY_PORT' })).toContain(
      'EADDRNOTAVAIL',
    )
  })
})

describe('settings', () => {
  it('has defaults for everything', () => {
    expect(readSettings({}, '/repo')).toEqual({
      dataDir: '/repo/.data',
      databaseUrl: null,
      host: '127.0.0.1',
      port: 4600,
      url: 'http://127.0.0.1:4600',
      gatewayHost: '127.0.0.1',
      gatewayPort: 4601,
      gatewayUrl: 'http://127.0.0.1:4601',
      agent: true,
    })
  })

  it('treats an empty variable as not given, and follows the port in the address', () => {
    expect(readSettings({ DATABASE_URL: '', SONDE_PORT: '80' }, '/')).toMatchObject({ databaseUrl: null, url: 'http://127.0.0.1:80' })
  })

  it.each([
    [{ SONDE_PORT: '70000' }, 'SONDE_PORT is "70000"'],
    [{ SONDE_GATEWAY_PORT: 'x' }, 'SONDE_GATEWAY_PORT is "x"'],
    [{ SONDE_URL: 'sonde.example' }, 'SONDE_URL is "sonde.example"'],
    [{ SONDE_URL: 'ftp://a' }, 'SONDE_URL'],
    [{ SONDE_PORT: '4601' }, 'have to differ'],
  ])('refuses %o', (env, message) => expect(() => readSettings(env, '/')).toThrow(message))
})

describe('what this machine cannot do', () => {
  it('is nothing for root on Linux', () => expect(machineNotes({ platform: 'linux', uid: 0 })).toEqual({ notes: [], agent: true }))
  it('names macOS, and starts no agent there', () => {
    const { notes, agent } = machineNotes({ platform: 'darwin', uid: 501 })
    expect(agent).toBe(false)
    expect(notes.join()).toMatch(/macOS.*server works/)
  })
  it('says what works without root', () =>
    expect(machineNotes({ platform: 'linux', uid: 1000 }).notes.join()).toMatch(/Not root.*server works/))
})

describe('the secret', () => {
  it('is made once, kept, and readable by its owner alone', () => {
    const secret = readSecret(dir)
    expect(secret.length).toBeGreaterThanOrEqual(32)
    expect(readSecret(dir)).toBe(secret)
    expect(statSync(path.join(dir, 'secret')).mode & 0o777).toBe(0o600)
  })

  it('is never replaced in silence', () => {
    writeFileSync(path.join(dir, 'secret'), 'short\n')
    expect(() => readSecret(dir)).toThrow('does not hold a secret')
    expect(readFileSync(path.join(dir, 'secret'), 'utf8')).toBe('short\n')
  })
})
