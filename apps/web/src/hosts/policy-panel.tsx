import type { HostPolicy } from '@sonde/contract'
import { Badge, Fact, Facts, formatBytes, formatCores, formatPlural, formatRate, formatSpan, HostText, Notice, Panel } from '@sonde/ui'

/** What the host's own policy allows, whatever anyone asks for here. */
export function PolicyPanel({ policy }: { policy: HostPolicy | undefined }) {
  return (
    <Panel
      title="What it allows"
      actions={
        policy === undefined ? null : policy.source === null ? (
          <Badge title="There is no policy file on the host.">built-in defaults</Badge>
        ) : (
          <HostText text={policy.source} mono className="text-ink-3" />
        )
      }
    >
      {policy === undefined ? (
        <p className="text-ink-2">The agent on this host does not report its policy. Upgrade the agent.</p>
      ) : (
        <PolicyFacts policy={policy} />
      )}
    </Panel>
  )
}

function PolicyFacts({ policy }: { policy: HostPolicy }) {
  const { limits, budget } = policy
  return (
    <div className="flex flex-col gap-3">
      {policy.problem === null ? null : (
        <Notice tone="bad" title="The policy file is not right, so everything is refused">
          <HostText wrap text={policy.problem} />
        </Notice>
      )}
      <Facts>
        <Fact name="Budget of a capture">
          {formatCores(budget.cores)}, {formatRate(budget.hitsPerSecond)} hits, {formatBytes(budget.memoryBytes)} of memory,{' '}
          {formatBytes(budget.outputBytes)} of result
        </Fact>
        <Fact name="Limits">
          {formatSpan(limits.durationMs)} long, {limits.samplingHz} Hz, {formatPlural(limits.concurrentCaptures, 'capture')} at a time,{' '}
          {limits.probesPerPattern} probes by a name with *
        </Fact>
        <Fact name="Without the server">stops after {formatSpan(limits.gatewayGoneMs)}</Fact>
        <Fact name="Held to it by">
          {policy.cgroup === null ? (
            <span className="text-warn">
              the agent alone, not by a cgroup
              {policy.cgroupProblem === null ? null : (
                <>
                  : <HostText wrap text={policy.cgroupProblem} />
                </>
              )}
            </span>
          ) : (
            <>
              the cgroup <HostText text={policy.cgroup} mono />
            </>
          )}
        </Fact>
      </Facts>
      {policy.rules.length > 0 ? (
        <ul className="flex flex-col gap-0.5 border-line border-t pt-2" aria-label="Rules that are stricter than the defaults">
          {policy.rules.map((rule) => (
            <li key={rule}>
              <HostText wrap text={rule} />
            </li>
          ))}
        </ul>
      ) : policy.problem === null ? (
        <p className="border-line border-t pt-2 text-ink-2">
          Every kind of probe and every collector; no rule is stricter than the defaults.
        </p>
      ) : null}
    </div>
  )
}
