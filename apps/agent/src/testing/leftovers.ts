import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What a killed agent may leave behind. Others trace on this machine too, so everything is attributed to the agent that made it. */
export type Leftovers = {
  /** Living processes of the agent's session, and of its own copy of the helper, `pid comm`. */
  processes: string[]
  /** BPF programs and links that its processes were seen to hold, and that the kernel still has. */
  bpf: string[]
  /** Lines of tracefs that name a file which the agent held open, or a guard of its session. */
  traceEvents: string[]
}

export const countOf = ({ processes, bpf, traceEvents }: Leftovers): number => processes.length + bpf.length + traceEvents.length

type Seen = { pids: Set<number>; programs: Set<number>; links: Set<number> }

/**
 * Watches one agent that was started as the leader of a session. `ownFolder`: where programs lie that nobody else runs; the helper's probe
 * guard has a session of its own.
 */
export class LeftoverWatch {
  readonly #session: number
  readonly #ownFolder: string
  readonly #seen: Seen = { pids: new Set(), programs: new Set(), links: new Set() }

  constructor(agentPid: number, ownFolder: string) {
    this.#session = agentPid
    this.#ownFolder = ownFolder
  }

  /** Notes what the agent's processes hold now. */
  note(): void {
    for (const { pid } of this.#processes()) {
      this.#seen.pids.add(pid)
      for (const text of descriptorFacts(pid)) {
        const program = /^prog_id:\s+(\d+)/m.exec(text)?.[1]
        const link = /^link_id:\s+(\d+)/m.exec(text)?.[1]
        if (program !== undefined) this.#seen.programs.add(Number(program))
        if (link !== undefined) this.#seen.links.add(Number(link))
      }
    }
  }

  /** Without zombies: those hold nothing any more. */
  #processes(): Array<{ pid: number; comm: string }> {
    return readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return []
      const stat = read(`/proc/${name}/stat`)
      // After the comm: state is field 3, session 6 (proc(5)).
      const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const isOwn = Number(session) === this.#session || link(`/proc/${name}/exe`).startsWith(`${this.#ownFolder}/`)
      if (!isOwn || state === 'Z' || state === 'X') return []
      return [{ pid: Number(name), comm: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')) }]
    })
  }

  /** What is there now of all that was ever noted, and of the session. */
  look(): Leftovers {
    const processes = this.#processes()
    for (const { pid } of processes) this.#seen.pids.add(pid)
    const existing = (kind: 'prog' | 'link', seen: ReadonlySet<number>) =>
      seen.size === 0 ? [] : bpfObjects(kind).flatMap((id) => (seen.has(id) ? [`${kind} ${id}`] : []))
    return {
      processes: processes.map(({ pid, comm }) => `${pid} ${comm}`),
      bpf: [...existing('prog', this.#seen.programs), ...existing('link', this.#seen.links)],
      traceEvents: traceEvents().filter((line) => {
        const guard = /^\S:sonde_\d+_(\d+)_\d+\//.exec(line)?.[1]
        return line.includes(`/proc/${this.#session}/`) || (guard !== undefined && this.#seen.pids.has(Number(guard)))
      }),
    }
  }
}

/** fdinfo of the descriptors that stand for something of BPF, or of perf with a program attached. */
function descriptorFacts(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const target = link(`/proc/${pid}/fd/${fd}`)
      return /bpf|perf_event/.test(target) ? [read(`/proc/${pid}/fdinfo/${fd}`)] : []
    })
  } catch {
    return []
  }
}

/** Ids of all programs, or links, that the kernel has. */
export function bpfObjects(kind: 'prog' | 'link'): number[] {
  const listed: unknown = JSON.parse(execFileSync('bpftool', [kind, 'show', '-j'], { encoding: 'utf8', maxBuffer: 64e6 }) || '[]')
  if (!Array.isArray(listed)) throw new Error(`bpftool ${kind} show gave no list`)
  return listed.flatMap((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'id' in entry && typeof entry.id === 'number' ? [entry.id] : [],
  )
}

/** Ids of the programs that some process holds, by its descriptors. */
export function heldPrograms(): Set<number> {
  const held = new Set<number>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    for (const text of descriptorFacts(Number(pid))) for (const [, id] of text.matchAll(/^prog_id:\s+(\d+)/gm)) held.add(Number(id))
  return held
}

function traceEvents(): string[] {
  return ['uprobe_events', 'kprobe_events'].flatMap((file) => read(`/sys/kernel/tracing/${file}`).split('\n').filter(Boolean))
}

/** '' for what is gone, or was never there. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}
