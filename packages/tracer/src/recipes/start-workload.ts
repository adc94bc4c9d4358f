import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export type Workload = { pid: number; stop(): Promise<void> }
/** A workload that cannot be started on this machine: what is missing. */
export class WorkloadMissing extends Error {}

/** Compiles the workloads into a folder of its own and starts them by name. `close` removes everything. */
export class Workloads {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'sonde-workload-'))
  private readonly running = new Set<Workload>()

  constructor() {
    const source = (name: string) => fileURLToPath(new URL(name, import.meta.url))
    execFileSync('gcc', ['-O1', '-g', '-fno-omit-frame-pointer', '-pthread', source('workload.c'), '-o', this.binary])
  }

  get binary(): string {
    return path.join(this.folder, 'workload')
  }

  async start(name: string): Promise<Workload> {
    switch (name) {
      case 'java':
        return this.java()
      case 'python':
        return this.python()
      case 'postgres':
        return this.postgres()
      case 'throw':
        return this.thrower()
      case 'oom':
        return this.oom()
      default:
        return this.spawn(this.binary, [name, this.folder])
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.running].map((workload) => workload.stop()))
    rmSync(this.folder, { recursive: true, force: true })
  }

  private async spawn(command: string, args: string[], after: () => void = () => {}, warmUpMs = 200): Promise<Workload> {
    const child = spawn(command, args, { stdio: 'ignore', cwd: this.folder })
    const exited = ended(child)
    const workload: Workload = {
      pid: child.pid ?? -1,
      stop: async () => {
        this.running.delete(workload)
        child.kill('SIGKILL')
        await exited
        after()
      },
    }
    this.running.add(workload)
    await Promise.race([exited, sleep(warmUpMs)])
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
      throw new Error(`${command} ${args.join(' ')} ended at once with ${child.exitCode ?? child.signalCode}`)
    return workload
  }

  private async thrower(): Promise<Workload> {
    const library = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].map((dir) => `${dir}/libstdc++.so.6`).find(existsSync)
    if (library === undefined) throw new WorkloadMissing('there is no libstdc++ here')
    const source = fileURLToPath(new URL('workload-throw.c', import.meta.url))
    execFileSync('gcc', ['-O1', '-g', '-fno-omit-frame-pointer', source, library, '-o', path.join(this.folder, 'thrower')])
    return this.spawn(path.join(this.folder, 'thrower'), [])
  }

  private async python(): Promise<Workload> {
    const python = '/usr/bin/python3'
    if (!existsSync(python)) throw new WorkloadMissing('there is no /usr/bin/python3 here')
    writeFileSync(
      path.join(this.folder, 'spin.py'),
      'import time\ndef spun():\n    return 1\nwhile True:\n    for i in range(50):\n        spun()\n    time.sleep(0.01)\n',
    )
    return this.spawn(python, ['spin.py'])
  }

  private async java(): Promise<Workload> {
    try {
      execFileSync('javac', ['-version'], { stdio: 'ignore' })
    } catch {
      throw new WorkloadMissing('there is no JDK here')
    }
    writeFileSync(
      path.join(this.folder, 'Garbage.java'),
      'public class Garbage { static byte[] kept; public static void main(String[] a) throws Exception { while (true) { for (int i = 0; i < 200; i++) kept = new byte[100000]; Thread.sleep(5); } } }',
    )
    execFileSync('javac', ['-d', this.folder, path.join(this.folder, 'Garbage.java')])
    return this.spawn('java', ['-Xmx32m', '-XX:+UseSerialGC', '-cp', this.folder, 'Garbage'], () => {}, 2_000)
  }

  /** A server of its own with a client that asks it all the time; only builds with probes (Debian's) will do. */
  private async postgres(): Promise<Workload> {
    const bin = postgresFolder()
    if (bin === null) throw new WorkloadMissing('there is no Postgres from a Debian package here')
    const data = path.join(this.folder, 'pg')
    mkdirSync(data)
    execFileSync('chmod', ['755', this.folder])
    execFileSync('chown', ['nobody', data])
    const asNobody = ['--reuid', 'nobody', '--clear-groups', '--pdeathsig', 'KILL', '--']
    execFileSync('setpriv', [...asNobody, `${bin}/initdb`, '-D', data, '-A', 'trust', '-U', 'nobody', '--no-sync'], {
      stdio: 'ignore',
      cwd: '/',
    })
    const server = await this.spawn(
      'setpriv',
      [...asNobody, `${bin}/postgres`, '-D', data, '-k', data, '-c', 'listen_addresses='],
      () => {},
      1_500,
    )
    writeFileSync(path.join(this.folder, 'ask.sql'), `${'SELECT count(*) FROM generate_series(1, 1000);\n'.repeat(2_000)}`)
    const loop = `while :; do ${bin}/psql -q -h ${data} -U nobody -d postgres -f ${path.join(this.folder, 'ask.sql')} >/dev/null 2>&1; done`
    const client = await this.spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'sh', '-c', loop])
    return {
      pid: server.pid,
      stop: async () => {
        await client.stop()
        process.kill(server.pid, 'SIGINT')
        await sleep(300)
        await server.stop()
      },
    }
  }

  /** Children that are killed for want of memory, in a cgroup of their own. */
  private async oom(): Promise<Workload> {
    const group = makeMemoryGroup()
    if (group === null) throw new WorkloadMissing('no cgroup with a memory limit can be made here')
    return this.spawn(this.binary, ['oom', group], () => {
      try {
        rmdirSync(group)
      } catch {
        // A child is only just gone; the empty group is nobody's and costs nothing.
      }
    })
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
}

function postgresFolder(): string | null {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort() : []
  const folder = versions.map((version) => `${root}/${version}/bin`).findLast((bin) => existsSync(`${bin}/postgres`))
  return folder ?? null
}

/** 16 MB, in the hierarchy of version 1 or 2, whichever has the memory controller here. */
function makeMemoryGroup(): string | null {
  for (const [root, limit] of [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ] as const) {
    const group = `${root}/sonde-test-${process.pid}`
    try {
      mkdirSync(group)
      writeFileSync(`${group}/${limit}`, String(16 * 1024 * 1024))
      return group
    } catch {
      if (existsSync(group)) rmdirSync(group)
    }
  }
  return null
}
