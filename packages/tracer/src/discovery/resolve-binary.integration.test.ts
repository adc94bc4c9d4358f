import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BinaryRef } from '@sonde/contract'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { BinaryRefusal } from './binary-refusal.ts'
import { openInRoot } from './open-in-root.ts'
import { resolveBinary } from './resolve-binary.ts'

let folder: string
let root: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sonde-root-'))
  root = path.join(folder, 'root')
  for (const name of ['usr/lib', 'etc', 'deep/er']) mkdirSync(path.join(root, name), { recursive: true })
  writeFileSync(path.join(folder, 'secret'), 'outside')
  writeFileSync(path.join(root, 'secret'), 'inside')
  writeFileSync(path.join(root, 'usr/lib/target'), 'target')
  const links = {
    absolute: '/usr/lib/target',
    relative: 'usr/lib/target',
    out: '../secret',
    'far-out': '../../../../../../secret',
    'deep/er/up': '../../../secret',
    'to-folder': '/usr/lib',
    'to-nothing': '/nothing',
    loop: 'loop',
    'loop-a': 'loop-b',
    'loop-b': 'loop-a',
    'via-proc': '/proc/self/root/secret',
    null: '/dev/null',
    pipe: '/fifo',
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, path.join(root, name))
  symlinkSync(path.join(folder, 'secret'), path.join(root, 'host-path'))
  execFileSync('mkfifo', [path.join(root, 'fifo')])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Descriptors of this process that lie in the tree; others come and go with children of earlier tests. */
const openInTree = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
    } catch {
      return false
    }
  })

async function contentOf(inside: string): Promise<string> {
  const { fd } = await openInRoot(root, inside)
  try {
    return readFileSync(fd, 'utf8')
  } finally {
    closeSync(fd)
  }
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'opened'
  } catch (error) {
    if (!(error instanceof BinaryRefusal)) throw error
    return `${error.kind}: ${error.message}`
  }
}

describe('openInRoot', () => {
  it.each([
    ['/usr/lib/target', 'target'],
    ['usr//lib/./target', 'target'],
    ['/absolute', 'target'],
    ['/relative', 'target'],
    ['/to-folder/target', 'target'],
    ['/to-folder/../lib/target', 'target'],
    ['/secret', 'inside'],
    // Each of these would leave the root if the kernel were to follow it.
    ['/out', 'inside'],
    ['/far-out', 'inside'],
    ['/deep/er/up', 'inside'],
    ['/../../../../../secret', 'inside'],
    ['/deep/../../../secret', 'inside'],
  ])('finds %s inside', async (inside, content) => {
    expect(await contentOf(inside)).toBe(content)
  })

  it.each([
    ['/host-path', 'missing'],
    ['/via-proc', 'missing'],
    ['/null', 'missing'],
    ['/to-nothing', 'missing'],
    ['/secret/more', 'missing'],
    ['/loop', 'refused'],
    ['/loop-a', 'refused'],
    ['/usr', 'refused'],
    ['/', 'refused'],
    ['/fifo', 'refused'],
    ['/pipe', 'refused'],
  ])('does not open %s', async (inside, kind) => {
    expect(await refusal(openInRoot(root, inside))).toMatch(new RegExp(`^${kind}: `))
  })

  it('gives up on paths without an end', async () => {
    expect(await refusal(openInRoot(root, `/${'x/../'.repeat(600)}secret`))).toMatch(/^missing/)
    expect(await refusal(openInRoot(root, `/${'usr/../'.repeat(600)}secret`))).toMatch(/^refused: .* has too many parts/)
    expect(await refusal(openInRoot(root, `/${'x'.repeat(300)}`))).toBe('refused: The path is too long.')
  })

  it('refuses devices and sockets of the host, without waking them', async () => {
    const server = createServer().listen(path.join(folder, 'socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    for (const file of ['/dev/null', '/dev/zero', path.join(folder, 'socket'), path.join(root, 'fifo')]) {
      expect(await refusal(openInRoot('/', file))).toBe(`refused: ${file} is no regular file.`)
    }
    server.close()
  })

  it('leaves nothing open', async () => {
    for (const inside of ['/absolute', '/host-path', '/loop', '/fifo', '/secret/more', '/']) await refusal(contentOf(inside))
    expect(openInTree()).toEqual([])
    const { fd } = await openInRoot(root, '/secret')
    expect(openInTree()).toEqual([String(fd)])
    closeSync(fd)
  })

  it('never gets out, however fast the tree changes', async () => {
    // `turn` is a folder with the right file, a link to the host's folder, a link to itself, and nothing, thousands of times a second.
    const turn = path.join(root, 'turn')
    const program = `
      const fs = require('node:fs'); const turn = ${JSON.stringify(turn)}; const outside = ${JSON.stringify(folder)}
      fs.mkdirSync(turn + '.d'); fs.writeFileSync(turn + '.d/secret', 'inside')
      const makers = [() => fs.renameSync(turn + '.d', turn), () => fs.symlinkSync(outside, turn), () => fs.symlinkSync('../..' + outside, turn), () => fs.symlinkSync('turn', turn)]
      console.log('ready')
      for (let i = 0; ; i++) { makers[i % 4](); if (i % 4 === 0) fs.renameSync(turn, turn + '.d'); else fs.unlinkSync(turn) }`
    const swapper = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void swapper.kill('SIGKILL'))
    await new Promise((resolve) => swapper.stdout?.once('data', resolve))
    const inside = new Set<string>()
    for (let i = 0; i < 4_000; i++) {
      const outcome = await contentOf('/turn/secret').catch((error) => (error instanceof BinaryRefusal ? error.kind : String(error)))
      inside.add(outcome)
    }
    expect([...inside].sort().filter((outcome) => !['inside', 'missing', 'refused'].includes(outcome))).toEqual([])
    expect(inside).toContain('inside')
  }, 60_000)

  it('reads on in the file that it opened, whatever takes its place', async () => {
    const file = path.join(root, 'replaced')
    writeFileSync(file, 'first')
    const { fd, inode } = await openInRoot(root, '/replaced')
    rmSync(file)
    symlinkSync('/etc/shadow', file)
    expect([readFileSync(fd, 'utf8'), statSync(`/proc/self/fd/${fd}`).ino]).toEqual(['first', inode])
    closeSync(fd)
  })
})

describe('resolveBinary', () => {
  async function resolved(ref: BinaryRef) {
    const binaries = await resolveBinary(ref)
    for (const { fd } of binaries) closeSync(fd)
    return binaries
  }
  const start = (command: string, args: string[]): ChildProcess & { pid: number } => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    if (child.pid === undefined) throw new Error(`${command} does not start`)
    return Object.assign(child, { pid: child.pid })
  }
  const buildIdOf = (file: string) =>
    /Build ID: (\w+)/.exec(execFileSync('readelf', ['-n', file], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] }))?.[1] ?? null
  const waitForComm = async (pid: number, comm: string) => {
    while (!readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith(comm)) await sleep(20)
  }

  it('finds a file of the host by its path, and says what is wrong with others', async () => {
    const node = realpathSync(process.execPath)
    expect(await resolved({ of: 'path', path: process.execPath })).toMatchObject([
      {
        shownPath: process.execPath,
        hostPath: process.execPath,
        buildId: buildIdOf(node),
        inode: statSync(node).ino,
        pids: [],
        mountNamespace: null,
      },
    ])
    // By the text of its link, this would be the host's file, not the container's.
    for (const at of [`/proc/${process.pid}/exe`, `/proc/self/root${node}`, `//proc/${process.pid}/root${node}`])
      expect(await refusal(resolveBinary({ of: 'path', path: at }))).toMatch(/^refused: .* lies below \/proc/)
    expect(await refusal(resolveBinary({ of: 'path', path: '/etc/passwd' }))).toMatch(/^refused: \/etc\/passwd is not a program/)
    expect(await refusal(resolveBinary({ of: 'path', path: '/no/such' }))).toBe('missing: There is no file /no/such.')
    expect(await refusal(resolveBinary({ of: 'path', path: '/dev/null' }))).toMatch(/^refused/)
    expect(await refusal(resolveBinary({ of: 'path', path: path.join(root, 'fifo') }))).toMatch(/^refused/)
  })

  it('finds the executable and the libraries of a process', async () => {
    const self = { pids: [process.pid], mountNamespace: expect.stringMatching(/^mnt:\[\d+\]$/) }
    expect(await resolved({ of: 'pid', pid: process.pid })).toMatchObject([{ ...self, shownPath: realpathSync(process.execPath) }])
    const [libc] = await resolved({ of: 'pid', pid: process.pid, library: 'libc.so.6' })
    expect(libc).toMatchObject({ ...self, hostPath: libc?.shownPath })
    expect(libc?.inode).toBe(statSync(libc?.shownPath ?? '').ino)
    expect(await refusal(resolveBinary({ of: 'pid', pid: process.pid, library: 'libnothing.so.1' }))).toMatch(
      /^missing: Process \d+ has no library/,
    )
    expect(await refusal(resolveBinary({ of: 'pid', pid: 4_194_304 }))).toBe('missing: There is no process 4194304.')
    // A kernel thread.
    expect(await refusal(resolveBinary({ of: 'pid', pid: 2 }))).toMatch(/^missing: (Process 2 has no executable|There is no process 2)/)
  })

  it('finds a library of the host as the linker does', async () => {
    const [libc] = await resolved({ of: 'library', name: 'libc.so.6' })
    const [mine] = await resolved({ of: 'pid', pid: process.pid, library: 'libc.so.6' })
    expect([libc?.inode, libc?.buildId]).toEqual([mine?.inode, mine?.buildId])
    expect(await refusal(resolveBinary({ of: 'library', name: 'libnothing.so.1' }))).toMatch(/^missing/)
  })

  it('finds all processes of a name, by the files that they really run', async () => {
    const one = path.join(folder, 'sonde-twin')
    const other = path.join(folder, 'elsewhere', 'sonde-twin')
    mkdirSync(path.dirname(other))
    for (const file of [one, other]) await copyFile(realpathSync('/bin/sleep'), file)
    const children = [start(one, ['60']), start(other, ['60']), start(one, ['60'])]
    for (const { pid } of children) await waitForComm(pid, 'sonde-twin')
    const found = await resolved({ of: 'process', name: 'sonde-twin' })
    expect(found.map(({ shownPath, pids }) => ({ shownPath, pids: [...pids].sort() }))).toEqual([
      { shownPath: one, pids: [children[0]?.pid, children[2]?.pid].sort() },
      { shownPath: other, pids: [children[1]?.pid] },
    ])
    expect(await refusal(resolveBinary({ of: 'process', name: 'no-such-comm' }))).toBe('missing: No process is called no-such-comm.')
    expect(await refusal(resolveBinary({ of: 'process', name: 'sonde-twin', library: 'libnothing.so' }))).toMatch(
      /^missing: Process \d+ has no library/,
    )
  })

  it('finds the file that runs even when another one has its path', async () => {
    const file = path.join(folder, 'sonde-old')
    await copyFile(realpathSync('/bin/sleep'), file)
    const { ino } = statSync(file)
    const child = start(file, ['60'])
    await waitForComm(child.pid, 'sonde-old')
    rmSync(file)
    await copyFile(realpathSync('/bin/cat'), file)
    expect(await resolved({ of: 'pid', pid: child.pid })).toMatchObject([{ inode: ino, shownPath: file, buildId: buildIdOf('/bin/sleep') }])
  })

  it('finds what only exists in the process’s mount namespace, and its library instead of the host’s', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('needs root')
    const hidden = path.join(folder, 'hidden')
    mkdirSync(hidden)
    const libc = (await resolved({ of: 'library', name: 'libc.so.6' }))[0]?.shownPath ?? ''
    const script = `mount -t tmpfs none ${hidden} && cp ${realpathSync('/bin/sleep')} ${hidden}/sonde-inside && cp ${realpathSync(libc)} ${hidden}/libc.so.6 && LD_LIBRARY_PATH=${hidden} exec ${hidden}/sonde-inside 60`
    const child = start('unshare', ['-m', '--', 'sh', '-c', script])
    await waitForComm(child.pid, 'sonde-inside')
    const [inside] = await resolved({ of: 'process', name: 'sonde-inside' })
    const shownPath = path.join(hidden, 'sonde-inside')
    expect(inside).toMatchObject({
      shownPath,
      hostPath: `/proc/${child.pid}/root${shownPath}`,
      pids: [child.pid],
      buildId: buildIdOf('/bin/sleep'),
    })
    expect(inside?.mountNamespace).not.toBe((await resolved({ of: 'pid', pid: process.pid }))[0]?.mountNamespace)
    expect(await refusal(resolveBinary({ of: 'path', path: shownPath }))).toMatch(/^missing/)
    const [library] = await resolved({ of: 'pid', pid: child.pid, library: 'libc.so.6' })
    expect(library).toMatchObject({
      shownPath: path.join(hidden, 'libc.so.6'),
      inode: statSync(`/proc/${child.pid}/root${hidden}/libc.so.6`).ino,
    })
  })
})
