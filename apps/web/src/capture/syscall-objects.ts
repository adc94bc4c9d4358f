import type { CaptureSyscalls, OBJECT_SORTS, SyscallObject } from '@sonde/contract'

export type ObjectSort = (typeof OBJECT_SORTS)[number]

/** A file or an address that calls of one process are about. */
export type ObjectLine = SyscallObject & {
  /** Unique among the lines. */
  key: string
  /** `hostId:pid`, as in the URL. */
  process: string
  hostId: string
  hostName: string
  comm: string
  syscall: string
}

const SIZES: Record<ObjectSort, (line: SyscallObject) => number> = {
  calls: (line) => line.calls,
  bytes: (line) => line.bytes,
  errors: (line) => line.errors,
  time: (line) => line.totalNs,
}

/** The files and addresses of all hosts, in no particular order; null where no host recorded any. `lost`: calls that are in no line. */
export function objectLines(data: CaptureSyscalls | undefined): { lines: ObjectLine[]; lost: number } | null {
  const lines: ObjectLine[] = []
  let lost = 0
  let isRecorded = false
  for (const { hostId, hostName, snapshot } of data?.hosts ?? []) {
    if (snapshot.objects === undefined) continue
    isRecorded = true
    lost += snapshot.objects.lost
    const comms = new Map(snapshot.processes.map(({ pid, comm }) => [pid, comm]))
    const names = new Map(snapshot.rows.map((row) => [`${row.pid}:${row.nr}`, row.name]))
    for (const object of snapshot.objects.rows) {
      lines.push({
        ...object,
        key: JSON.stringify([hostId, object.pid, object.nr, object.kind, object.name]),
        process: `${hostId}:${object.pid}`,
        hostId,
        hostName,
        comm: comms.get(object.pid) ?? '?',
        syscall: names.get(`${object.pid}:${object.nr}`) ?? `syscall ${object.nr}`,
      })
    }
  }
  return isRecorded ? { lines, lost } : null
}

/** Those of a process, with words that must all occur in name, process, pid, host or syscall; the largest first, without those of size 0. */
export function selectObjects(
  lines: readonly ObjectLine[],
  { process, filter, by }: { process: string; filter: string; by: ObjectSort },
): ObjectLine[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const size = SIZES[by]
  return lines
    .filter((line) => {
      if ((process !== '' && line.process !== process) || size(line) === 0) return false
      if (words.length === 0) return true
      const text = `${line.name} ${line.comm} ${line.pid} ${line.hostName} ${line.syscall}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .sort((a, b) => size(b) - size(a) || b.calls - a.calls || (a.key < b.key ? -1 : 1))
}
