import type { ProcessRef, ResultSplit, RowOwner } from '@sonde/contract'
import { HIDES_NOTHING, type RowHiding } from './hide-results.ts'
import type { HostTimes } from './time-grid.ts'

/** One process × probe × value of groupBy on one host, with whatever a collector keeps of it. */
export type DeltaRow<Cells> = { hostId: string; pid: number; probe: string | null; key: string | null; cells: Cells }

/** Rows of a capture that are told apart. A host that makes up names must not fill the server's memory: further ones are added up. */
export const MAX_ROWS = 20_000

/** Comm of a process that ended before anybody could read its name. */
const NO_COMM = '?'

/** The rows of all hosts' deltas, found by what they are about. */
export class DeltaRows<Cells> {
  private readonly rows = new Map<string, DeltaRow<Cells>>()
  private readonly comms = new Map<string, string>()

  constructor(
    private readonly newCells: () => Cells,
    private readonly maxRows: number = MAX_ROWS,
  ) {}

  /** The row, made where it is new; null where there is no room for another. */
  find(hostId: string, pid: number, probe: string | null, key: string | null): DeltaRow<Cells> | null {
    const id = rowId(hostId, pid, probe, key)
    const known = this.rows.get(id)
    if (known) return known
    if (this.rows.size >= this.maxRows) return null
    const row = { hostId, pid, probe, key, cells: this.newCells() }
    this.rows.set(id, row)
    return row
  }

  /** The newest name of a process counts: most rename themselves at exec. */
  nameProcesses(hostId: string, processes: readonly { pid: number; comm: string }[]): void {
    for (const { pid, comm } of processes) {
      if (this.comms.size < MAX_ROWS || this.comms.has(`${hostId}:${pid}`)) this.comms.set(`${hostId}:${pid}`, comm)
    }
  }

  commOf(hostId: string, pid: number): string {
    return this.comms.get(`${hostId}:${pid}`) ?? (pid === 0 ? 'kernel, idle' : NO_COMM)
  }

  get size(): number {
    return this.rows.size
  }

  /** Rows of the selection, as `hiding` shows them; `search`: words that must all occur in process, pid, host, probe or value. */
  *select(
    selection: { host?: string | undefined; process?: ProcessRef | undefined; search: string },
    hosts: HostTimes,
    hiding: Pick<RowHiding, 'key' | 'probe'> = HIDES_NOTHING,
  ): Generator<DeltaRow<Cells>> {
    const words = selection.search.toLowerCase().split(/\s+/).filter(Boolean)
    const { host, process } = selection
    for (const row of this.rows.values()) {
      if (host !== undefined && row.hostId !== host) continue
      if (process && (row.pid !== process.pid || row.hostId !== process.hostId)) continue
      const probe = hiding.probe(row.probe)
      const key = hiding.key(row.key)
      if (words.length > 0) {
        const name = hosts.get(row.hostId)?.name ?? ''
        const text = `${this.commOf(row.hostId, row.pid)} ${row.pid} ${name} ${probe ?? ''} ${key ?? ''}`.toLowerCase()
        if (!words.every((word) => text.includes(word))) continue
      }
      yield probe === row.probe && key === row.key ? row : { ...row, probe, key }
    }
  }

  /** What a row belongs to where rows are split `by`: the same id for all that go together, and what they have in common. */
  ownerOf(row: DeltaRow<Cells>, by: ResultSplit, hosts: HostTimes): RowOwner & { id: string } {
    const host = { hostId: row.hostId, hostName: hosts.get(row.hostId)?.name ?? '' }
    const process = { pid: row.pid, comm: this.commOf(row.hostId, row.pid) }
    switch (by) {
      case 'row':
        return { id: rowId(row.hostId, row.pid, row.probe, row.key), ...host, ...process, probe: row.probe, key: row.key }
      case 'process':
        return { ...NOBODY, id: `${row.hostId}:${row.pid}`, ...host, ...process }
      case 'host':
        return { ...NOBODY, id: row.hostId, ...host }
      case 'probe':
        return { ...NOBODY, id: row.probe ?? '', probe: row.probe }
      case 'key':
        return { ...NOBODY, id: row.key === null ? 'n' : `s${row.key}`, key: row.key }
    }
  }
}

const NOBODY: RowOwner = { hostId: null, hostName: null, pid: null, comm: null, probe: null, key: undefined }

/** A value may be null, and may be the text "null". */
const rowId = (hostId: string, pid: number, probe: string | null, key: string | null): string => JSON.stringify([hostId, pid, probe, key])
