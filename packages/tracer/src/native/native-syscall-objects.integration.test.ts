import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SyscallObject } from '@sonde/contract'
import { afterAll, describe, expect, it } from 'vitest'
import { syscallNumber } from '../syscalls/syscall-names.ts'
import { HelperLines } from './helper-lines.ts'
import { NativeSyscallTable } from './native-syscall-table.ts'

const helper = path.resolve(import.meta.dirname, '../../../../native/dist', process.arch, 'sonde-bpf')
const usable = process.getuid?.() === 0 && existsSync(helper)
const arch = process.arch === 'arm64' ? 'arm64' : 'x64'
const nr = (name: string) => syscallNumber(name, arch) ?? -1
const folder = mkdtempSync(path.join(tmpdir(), 'sonde-objects-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Records a process that waits for a line on its stdin, and what it starts, until it has ended. */
async function record(
  script: string,
  options: readonly string[] = ['--objects', '1024'],
): Promise<{ rows: SyscallObject[]; lost: number; pid: number }> {
  const job = spawn('bash', ['-c', `read -r _; ${script}`], { stdio: ['pipe', 'ignore', 'inherit'], cwd: folder })
  const ended = new Promise((resolve) => job.once('close', resolve))
  const pid = job.pid ?? 0
  const child: ChildProcess = spawn(helper, ['syscalls', '--duration-ms', '60000', '--tgid', String(pid), ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const over = new Promise((resolve) => child.once('close', resolve))
  const lines = new HelperLines()
  const table = new NativeSyscallTable()
  const isReady = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) {
        table.add(line)
        if (line.type === 'ready') resolve()
      }
    })
  })
  try {
    await isReady
    job.stdin.end('go\n')
    await ended
  } finally {
    child.kill('SIGINT')
    await over
  }
  expect(lines.malformed + table.malformed).toBe(0)
  const { objects } = table.snapshot({ arch, commOf: () => undefined, isExcluded: () => false })
  if (objects === undefined) throw new Error('files and addresses were not recorded')
  return { ...objects, pid }
}

/** Whose rows there are, for when some found no room: the process and what it started, or somebody else? */
const whose = (rows: readonly SyscallObject[], pid: number): string =>
  `${rows.length} rows of ${[...new Set(rows.map((row) => row.pid))].join(', ')}; the process is ${pid}`

/** All rows of a call and a name, whatever process made them. */
const sum = (rows: readonly SyscallObject[], call: string, kind: SyscallObject['kind'], name: string) => {
  const own = rows.filter((row) => row.nr === nr(call) && row.kind === kind && row.name === name)
  return {
    calls: own.reduce((total, row) => total + row.calls, 0),
    errors: own.reduce((total, row) => total + row.errors, 0),
    bytes: own.reduce((total, row) => total + row.bytes, 0),
  }
}

describe.skipIf(!usable)('what system calls are about', () => {
  it('files by descriptor: exact calls and bytes, by their whole path', async () => {
    const deep = path.join(folder, 'a folder', 'deep')
    mkdirSync(deep, { recursive: true })
    const [from, to] = [path.join(deep, 'from'), path.join(deep, 'to')]
    writeFileSync(from, 'x'.repeat(500))
    const { rows, lost, pid } = await record(`dd if='${from}' of='${to}' bs=1 count=500 2>/dev/null`)
    expect(lost, whose(rows, pid)).toBe(0)
    expect(sum(rows, 'read', 'file', from)).toEqual({ calls: 500, errors: 0, bytes: 500 })
    expect(sum(rows, 'write', 'file', to)).toEqual({ calls: 500, errors: 0, bytes: 500 })
  })

  it('paths as they were given: missing ones with their errors, relative and long ones, and programs that are started', async () => {
    const long = `/nowhere/${'y'.repeat(250)}`
    const open = (name: string) => `for i in $(seq 40); do read -r x < '${name}'; done`
    const script = `${open('/there-is-none')}; ${open('./relative')}; ${open(long)}; for i in $(seq 30); do /bin/true; done`
    const { rows, lost, pid } = await record(`exec 2>/dev/null; ${script}`)
    expect(lost, whose(rows, pid)).toBe(0)
    expect(sum(rows, 'openat', 'path', '/there-is-none')).toMatchObject({ calls: 40, errors: 40 })
    expect(sum(rows, 'openat', 'path', './relative')).toMatchObject({ calls: 40, errors: 40 })
    expect(sum(rows, 'openat', 'path', `${long.slice(0, 159)}…`)).toMatchObject({ calls: 40, errors: 40 })
    expect(sum(rows, 'execve', 'path', '/bin/true')).toMatchObject({ calls: 30, errors: 0 })
  })

  it('files on another mount by their path from the root', async () => {
    const { rows, lost, pid } = await record(`head -c 1 /proc/self/status`)
    expect(lost, whose(rows, pid)).toBe(0)
    expect(rows.some((row) => row.nr === nr('read') && row.kind === 'file' && /^\/proc\/\d+\/status$/.test(row.name))).toBe(true)
  })

  it('sockets by their other end, pipes as pipes', async () => {
    const server = createServer((socket) => socket.end('hello'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { rows, lost, pid } = await record(`exec 3<>/dev/tcp/127.0.0.1/${port}; read -r answer <&3; echo hi >&3; true | cat`)
    expect(lost, whose(rows, pid)).toBe(0)
    server.close()
    const name = `127.0.0.1:${port}`
    expect(sum(rows, 'connect', 'address', name)).toMatchObject({ calls: 1, errors: 0 })
    expect(sum(rows, 'read', 'file', name).bytes).toBe(5)
    expect(sum(rows, 'write', 'file', name)).toMatchObject({ calls: 1, bytes: 3 })
    expect(rows.some((row) => row.nr === nr('read') && row.pid !== pid && /^pipe:\[\d+\]$/.test(row.name))).toBe(true)
  })

  it('counts what finds no room', async () => {
    const script = `for i in $(seq 1 300); do [ -e /tmp/missing-$i ]; done`
    const { rows, lost } = await record(script, ['--objects', '16'])
    const stats = rows.filter((row) => row.name.startsWith('/tmp/missing-'))
    expect(stats.length).toBeLessThanOrEqual(16)
    expect(lost).toBeGreaterThanOrEqual(300 - 16)
    // One that only waits costs nothing, and without being asked nothing of this is recorded.
    await expect(record('true', [])).rejects.toThrow('not recorded')
  })
})
