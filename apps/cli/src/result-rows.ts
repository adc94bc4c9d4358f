import * as z from 'zod'
import type { CsvValue } from './csv.ts'

/** Results of a capture as rows, one for each row of the answer; times in ns. */
export type Rows = { head: string[]; rows: CsvValue[][] }

const owner = { hostName: z.string().nullable(), pid: z.number().nullable(), comm: z.string().nullable(), key: z.string().nullish() }
const quantile = z.object({ value: z.number() }).nullable()

const syscallsSchema = z.object({
  hosts: z.array(
    z.object({
      hostName: z.string(),
      snapshot: z.object({
        processes: z.array(z.object({ pid: z.number(), comm: z.string() })),
        rows: z.array(
          z.object({
            pid: z.number(),
            name: z.string(),
            calls: z.number(),
            totalNs: z.number(),
            maxNs: z.number(),
            errors: z.array(z.object({ count: z.number() })),
          }),
        ),
      }),
    }),
  ),
})
function syscallRows(answer: unknown): Rows {
  const { hosts } = syscallsSchema.parse(answer)
  const rows = hosts.flatMap(({ hostName, snapshot }) => {
    const names = new Map(snapshot.processes.map((process) => [process.pid, process.comm]))
    return snapshot.rows.map((row) => {
      const errors = row.errors.reduce((sum, error) => sum + error.count, 0)
      return [hostName, row.pid, names.get(row.pid) ?? '', row.name, row.calls, errors, row.totalNs, row.maxNs]
    })
  })
  return { head: ['host', 'pid', 'process', 'syscall', 'calls', 'errors', 'total_ns', 'max_ns'], rows }
}

const countsSchema = z.object({ rows: z.array(z.object({ ...owner, probe: z.string().nullable(), count: z.number(), sum: z.number() })) })

function countRows(answer: unknown): Rows {
  const { rows } = countsSchema.parse(answer)
  return {
    head: ['host', 'pid', 'process', 'probe', 'key', 'count', 'sum'],
    rows: rows.map((row) => [row.hostName, row.pid, row.comm, row.probe, row.key, row.count, row.sum]),
  }
}

const latencySchema = z.object({
  rows: z.array(z.object({ ...owner, count: z.number(), totalNs: z.number(), maxNs: z.number(), p50: quantile, p99: quantile })),
})

function latencyRows(answer: unknown): Rows {
  const { rows } = latencySchema.parse(answer)
  return {
    head: ['host', 'pid', 'process', 'key', 'spans', 'total_ns', 'p50_ns', 'p99_ns', 'max_ns'],
    rows: rows.map((row) => [row.hostName, row.pid, row.comm, row.key, row.count, row.totalNs, row.p50?.value, row.p99?.value, row.maxNs]),
  }
}

const eventsSchema = z.object({
  columns: z.array(z.object({ name: z.string() })),
  hosts: z.array(z.object({ hostId: z.string(), hostName: z.string() })),
  rows: z.array(
    z.object({
      hostId: z.string(),
      timeUs: z.number(),
      cpu: z.number(),
      pid: z.number(),
      tid: z.number(),
      comm: z.string(),
      values: z.array(z.union([z.string(), z.number(), z.null()])),
    }),
  ),
})

function eventRows(answer: unknown): Rows {
  const { columns, hosts, rows } = eventsSchema.parse(answer)
  const names = new Map(hosts.map((host) => [host.hostId, host.hostName]))
  return {
    head: ['time_us', 'host', 'cpu', 'pid', 'tid', 'process', ...columns.map((column) => column.name)],
    rows: rows.map((row) => [row.timeUs, names.get(row.hostId) ?? row.hostId, row.cpu, row.pid, row.tid, row.comm, ...row.values]),
  }
}

const countersSchema = z.object({
  series: z.array(
    z.object({
      hostName: z.string(),
      event: z.string(),
      unit: z.string(),
      cpu: z.number().nullable(),
      value: z.number().nullable(),
      runningShare: z.number(),
    }),
  ),
})

function counterRows(answer: unknown): Rows {
  const { series } = countersSchema.parse(answer)
  return {
    head: ['host', 'event', 'cpu', 'value', 'unit', 'running_share'],
    rows: series.map((row) => [row.hostName, row.event, row.cpu, row.value, row.unit, row.runningShare]),
  }
}

export const ROWS_OF = { syscalls: syscallRows, counts: countRows, latency: latencyRows, events: eventRows, counters: counterRows } as const
export type TabularResult = keyof typeof ROWS_OF
