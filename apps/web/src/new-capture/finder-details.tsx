import { binaryLabel, type CollectorId, type ProbeHit, probeLabel } from '@sonde/contract'
import { Button, HostText } from '@sonde/ui'
import { COLLECTOR_WORDS } from '../collectors/collector-words.ts'
import { coverageWords, MissingHosts } from './probe-coverage.tsx'
import { PROBE_KIND_WORDS } from './probe-kind-words.ts'

/** All that is known about the probe that the keys stand on, and the ways to record it. */
export function FinderDetails({
  hit,
  hostCount,
  collectors,
  onPick,
}: {
  hit: ProbeHit
  hostCount: number
  /** The first one is what Enter takes; empty: picking is all there is to do. */
  collectors: readonly CollectorId[]
  onPick: (collector: CollectorId | null) => void
}) {
  const coverage = coverageWords(hit, hostCount)
  const { probe } = hit
  return (
    <div className="flex min-w-0 flex-col gap-2 p-3">
      <HostText wrap mono text={hit.name} className="font-medium" />
      <p className="text-ink-3 text-sm">
        {PROBE_KIND_WORDS[probe.kind].many.replace(/s$/, '')}
        {'binary' in probe ? (
          <>
            {' of '}
            <HostText text={binaryLabel(probe.binary)} />
          </>
        ) : null}
        {coverage === '' ? '' : `, ${coverage}`}
      </p>
      {hit.denied || hit.onHosts === 0 ? null : (
        <div className="flex flex-wrap items-center gap-1">
          {collectors.map((collector, index) => (
            <Button
              key={collector}
              size="sm"
              variant={index === 0 ? 'primary' : 'secondary'}
              // The text box keeps the focus, so that the arrows go on.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => onPick(collector)}
              title={COLLECTOR_WORDS[collector].what}
            >
              {COLLECTOR_WORDS[collector].name}
              {index === 0 ? <ByEnter /> : null}
            </Button>
          ))}
          {collectors.length === 0 ? (
            <Button size="sm" variant="primary" onPointerDown={(event) => event.preventDefault()} onClick={() => onPick(null)}>
              Take it <ByEnter />
            </Button>
          ) : null}
        </div>
      )}
      <MissingHosts missing={hit.missing} onHosts={hit.onHosts} hostCount={hostCount} />
      {hit.denied ? (
        <p className="text-bad text-sm">
          May not be attached: <HostText wrap text={hit.denied} />
        </p>
      ) : null}
      {hit.arguments.length > 0 ? (
        <table className="w-full text-sm" aria-label={`Arguments of ${probeLabel(probe)}`}>
          <tbody>
            {hit.arguments.map((argument) => (
              <tr key={argument.name} className="align-top">
                <td className="pr-3 font-mono">
                  <HostText text={argument.name} />
                </td>
                <td className="w-full max-w-0 truncate font-mono text-ink-3">
                  <HostText text={argument.cType} />
                </td>
              </tr>
            ))}
            {hit.returnType ? (
              <tr className="align-top">
                <td className="pr-3 text-ink-2">returns</td>
                <td className="w-full max-w-0 truncate font-mono text-ink-3">
                  <HostText text={hit.returnType} />
                </td>
              </tr>
            ) : null}
          </tbody>
        </table>
      ) : null}
      {hit.doc ? <HostText wrap mono={probe.kind === 'tracepoint'} text={hit.doc} className="text-ink-2 text-sm leading-4" /> : null}
    </div>
  )
}

function ByEnter() {
  return (
    <span aria-hidden className="font-normal max-sm:hidden">
      ↵
    </span>
  )
}
