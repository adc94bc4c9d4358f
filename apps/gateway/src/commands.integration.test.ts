import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startTestDatabase, type TestDatabase } from '@sonde/db/testing'
import { createApp, enrolHost } from '@sonde/domain'
import { FACTS } from '@sonde/domain/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const here = path.dirname(fileURLToPath(import.meta.url))
let database: TestDatabase
let empty: string
const children: ChildProcess[] = []
beforeAll(async () => {
  database = await startTestDatabase()
  empty = await database.createEmpty('empty')
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await database.stop()
})

type Result = { code: number | null; stdout: string; stderr: string }
function run(
  script: string,
  args: string[],
  env: Record<string, string>,
): { child: ChildProcess; ended: Promise<Result>; saw: (text: string) => Promise<void> } {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(here, script), ...args], {
    env: { PATH: process.env.PATH ?? '', DATABASE_URL: empty, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  const result: Result = { code: null, stdout: '', stderr: '' }
  let check = () => {}
  child.stdout.on('data', (data: Buffer) => {
    result.stdout += data.toString()
    check()
  })
  child.stderr.on('data', (data: Buffer) => (result.stderr += data.toString()))
  const ended = new Promise<Result>((resolve) => child.once('close', (code) => resolve({ ...result, code })))
  const saw = (text: string) =>
    new Promise<void>((resolve, reject) => {
      check = () => result.stdout.includes(text) && resolve()
      check()
      void ended.then((r) => reject(new Error(`ended first: ${r.stdout}${r.stderr}`)))
    })
  return { child, ended, saw }
}
const admin = async (args: string[], env: Record<string, string> = {}) => await run('admin.ts', args, env).ended

describe('admin', () => {
  it('migrates, prints the set-up link and join tokens that work', async () => {
    expect(JSON.parse((await admin(['migrate'])).stdout)).toMatchObject({
      applied: expect.arrayContaining([expect.stringMatching(/_init$/)]),
    })
    expect(JSON.parse((await admin(['migrate'])).stdout)).toEqual({ applied: [], edited: [] })
    const env = { SONDE_URL: 'https://sonde.test', SONDE_GATEWAY_URL: 'https://gateway.test' }
    const link = JSON.parse((await admin(['setup-link'], env)).stdout)
    expect(link).toMatchObject({ setupNeeded: true, url: expect.stringMatching(/^https:\/\/sonde\.test\/welcome\?token=siv_/) })

    const join = JSON.parse((await admin(['join-token', '--minutes', '5', '--uses', '2'], env)).stdout)
    expect(Date.parse(join.expiresAt) - Date.now()).toBeLessThan(5 * 60_000 + 1_000)
    expect(join.command).toContain('SONDE_GATEWAY_URL=https://gateway.test')
    const app = createApp({ databaseUrl: empty, webUrl: 'http://w.test', gatewayUrl: 'http://g.test' })
    await enrolHost(app, { joinToken: join.token, machineKey: 'a'.repeat(64), facts: FACTS, labels: {} })
    await app.db.prisma.user.create({ data: { id: 'user-1', name: 'U', email: 'u@example.org' } })
    await app.close()
    expect(JSON.parse((await admin(['setup-link'], env)).stdout)).toEqual({ setupNeeded: false, url: null, expiresAt: null })
  })

  it('says what is wrong, with an exit code', async () => {
    expect(await admin([])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage:') })
    expect(await admin(['frobnicate'])).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown command "frobnicate"') })
    expect(await admin(['join-token', '--minutes', 'soon'])).toMatchObject({ code: 2, stderr: expect.stringContaining('whole numbers') })
    expect(await admin(['migrate'], { DATABASE_URL: '' })).toMatchObject({ code: 1, stderr: expect.stringContaining('DATABASE_URL') })
    expect(await admin(['migrate'], { DATABASE_URL: 'postgresql://x:y@127.0.0.1:1/z' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ECONNREFUSED'),
    })
  })
})

describe('the gateway as a process', () => {
  it('serves until it is told to stop, and then ends well', async () => {
    const gateway = run('main.ts', [], { DATABASE_URL: database.url, SONDE_GATEWAY_PORT: '0' })
    await gateway.saw('ready for agents')
    gateway.child.kill('SIGTERM')
    expect(await gateway.ended).toMatchObject({ code: 0, stderr: '' })
  })

  it('says so when its port is taken', async () => {
    const squatter = createServer()
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve))
    const address = squatter.address()
    const port = String(typeof address === 'object' && address ? address.port : 0)
    const { code, stdout } = await run('main.ts', [], { DATABASE_URL: database.url, SONDE_GATEWAY_PORT: port }).ended
    expect(code).toBe(1)
    expect(stdout).toContain(`127.0.0.1:${port} is taken by another program: set SONDE_GATEWAY_PORT`)
    await new Promise((resolve) => squatter.close(resolve))
  })
})
