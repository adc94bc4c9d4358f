import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { jcmd } from './hotspot-attach.ts'
import { JavaMaps } from './java-maps.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'sonde-pretender-'))
const program = path.join(folder, 'libjvm.so')
copyFileSync('/bin/sleep', program)
const children: ChildProcess[] = []
const servers: Server[] = []

/** A process that is no JVM, though its program is called like one, beside which something listens and answers. */
async function pretender(answer: (connection: Socket) => void): Promise<{ pid: number; socket: string }> {
  const child = spawn(program, ['60'], { stdio: 'ignore' })
  children.push(child)
  const socket = `/tmp/.java_pid${child.pid}`
  const server = createServer((connection) => {
    connection.on('error', () => {})
    connection.resume()
    answer(connection)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return { pid: child.pid ?? -1, socket }
}

/** A byte now and then, for ever. */
function drip(connection: Socket): void {
  connection.write('0\n')
  const timer = setInterval(() => connection.write('x'), 20)
  connection.on('close', () => clearInterval(timer))
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    rmSync(`/tmp/.java_pid${child.pid}`, { force: true })
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('asking what may be no JVM', () => {
  it('reads an answer', async () => {
    const { pid } = await pretender((connection) => connection.end('0\nall the flags'))
    expect(await jcmd(pid, 'VM.flags', 10_000)).toBe('all the flags')
  })

  it('ends when the time is over, though the answer goes on', async () => {
    const { pid } = await pretender(drip)
    await expect(jcmd(pid, 'VM.flags', 300)).rejects.toThrow('it did not answer in time')
  })

  it.skipIf(process.getuid?.() !== 0)('does not believe the socket of another user', async () => {
    const { pid, socket } = await pretender((connection) => connection.end('0\nlies'))
    chownSync(socket, 65_534, 65_534)
    await expect(jcmd(pid, 'VM.flags', 10_000)).rejects.toThrow('its socket in /tmp belongs to another user')
  })

  it('waits for all of them together no longer than is bearable', async () => {
    const { pid } = await pretender(drip)
    const maps = new JavaMaps(1)
    expect(await maps.refresh(pid, true)).toBe(false)
    expect(maps.troubleOf(pid)).toBe('it did not answer in time')
    const { pid: other } = await pretender((connection) => connection.end('0\n'))
    expect(await maps.refresh(other, true)).toBe(false)
    expect(maps.troubleOf(other)).toBe('the JVMs of this host took too long to answer')
    maps.close()
  })
})
