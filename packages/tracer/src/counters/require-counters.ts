import { type HostFacts, type Instrument, probesOf, SOFTWARE_EVENTS } from '@sonde/contract'
import { tryCommand } from '../host/try-command.ts'
import { perfOf } from '../stacks/perf-commands.ts'
import { PERF_ENV } from '../stacks/perf-env.ts'
import { TraceRefusal } from '../trace-errors.ts'

/**
 * Makes sure that perf knows the counters of these instruments by name, before anything is started. That the hardware can count them is
 * another matter: perf stat says so of each, and perf record is watched for what it takes in their place.
 * @throws TraceRefusal probe-missing
 */
export async function requireCounters(instruments: readonly Instrument[], facts: HostFacts): Promise<void> {
  const events = instruments.flatMap((instrument) => probesOf(instrument).flatMap((probe) => (probe.kind === 'pmu' ? [probe.event] : [])))
  const { path } = perfOf(facts)
  for (const event of new Set(events)) {
    if (SOFTWARE_EVENTS.has(event)) continue
    const attempt = await tryCommand([path, 'stat', '-e', event, '--', 'true'], PERF_ENV)
    if (/event syntax error|parser error|unknown|Invalid event/.test(attempt.stderr))
      throw new TraceRefusal('probe-missing', `perf on this host knows no counter "${event}".`)
  }
}
