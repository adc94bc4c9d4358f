'use client'
import type { CaptureSpec } from '@sonde/contract'
import { formatPlural, HostText, Notice, Panel, ProgressBar, Skeleton } from '@sonde/ui'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { CommandBlock } from '../commands/command-block.tsx'
import { groupCommands } from '../commands/group-commands.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { useDebounced } from '../url/use-debounced.ts'
import { ANY_SPEC } from './any-spec.ts'

/** Reasons that say nothing about the plan: the host did not answer. */
const NOT_ASKED = new Set(['host-offline', 'timeout'])

/** Asks the agents what they would run, and shows it word for word, or why they would not. */
export function PlanPanel({ hostIds, spec }: { hostIds: readonly string[]; spec: CaptureSpec | null }) {
  const trpc = useTRPC()
  const asked = useDebounced(JSON.stringify({ hostIds, spec }), 400)
  const isCurrent = asked === JSON.stringify({ hostIds, spec })
  const preview = useQuery({
    ...trpc.hosts.preview.queryOptions({ hostIds: [...hostIds], spec: spec ?? ANY_SPEC }),
    enabled: spec !== null && isCurrent,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
    retry: false,
    refetchOnWindowFocus: false,
  })
  const waiting = spec !== null && (!isCurrent || preview.isFetching)
  const answers = preview.data ?? []
  const groups = groupCommands(answers.map(({ hostName, preview: plan }) => ({ hostName, commands: plan.ok ? plan.commands : [] })))
  const refused = answers.filter(({ preview: plan }) => !plan.ok)
  return (
    <Panel title="Commands that will run">
      <div className="relative flex min-w-0 flex-col gap-3" aria-busy={waiting}>
        {waiting ? (
          <ProgressBar share={null} label="Asking the hosts what they would run" className="absolute -top-3 right-0 left-0" />
        ) : null}
        {spec === null ? <p className="text-ink-2">When the form is complete, the hosts are asked what exactly they would run.</p> : null}
        {spec !== null && preview.isPending ? <Skeleton className="h-20" /> : null}
        {spec !== null && preview.error ? (
          <Notice tone="bad" title="The hosts could not be asked">
            <HostText wrap text={errorText(preview.error)} />
          </Notice>
        ) : null}
        {spec === null
          ? null
          : refused.map(({ hostId, hostName, preview: plan }) =>
              plan.ok ? null : (
                <Notice
                  key={hostId}
                  tone="warn"
                  title={<HostText text={`${hostName} ${NOT_ASKED.has(plan.reason) ? 'could not be asked' : 'would not run it'}`} />}
                >
                  <HostText wrap text={plan.message} />
                </Notice>
              ),
            )}
        {spec === null
          ? null
          : groups.map((group) => (
              <div key={group.hostNames[0]} className="flex min-w-0 flex-col gap-2">
                {answers.length > 1 ? (
                  <p className="text-ink-2">
                    {group.hostNames.length === 1 ? (
                      <HostText text={group.hostNames[0] ?? ''} />
                    ) : (
                      <span title={group.hostNames.slice(0, 50).join('\n')}>
                        The same on {formatPlural(group.hostNames.length, 'host')}
                      </span>
                    )}
                  </p>
                ) : null}
                {group.commands.map((command) => (
                  <CommandBlock key={command.argv.join(' ')} command={command} />
                ))}
              </div>
            ))}
        {spec !== null && answers.some(({ preview: plan }) => plan.ok && plan.matchedProcesses !== null) ? (
          <p className="text-ink-2">
            The filter matches{' '}
            {formatPlural(
              answers.reduce((sum, { preview: plan }) => sum + (plan.ok ? (plan.matchedProcesses ?? 0) : 0), 0),
              'process',
              'processes',
            )}{' '}
            now.
          </p>
        ) : null}
      </div>
    </Panel>
  )
}
