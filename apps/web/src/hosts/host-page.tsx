'use client'
import type { HostLoad } from '@sonde/contract'
import {
  Button,
  Confirm,
  Fact,
  Facts,
  formatBytes,
  formatShare,
  formatTimestamp,
  HostText,
  LabelChip,
  Meter,
  Notice,
  Panel,
  SkeletonRows,
  TimeAgo,
} from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { CaptureTable } from '../captures/capture-table.tsx'
import { NotLoaded } from '../shell/not-loaded.tsx'
import { useHasRole } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { HostStatus } from './host-status.tsx'
import { CAPABILITY_WORDS } from './host-words.ts'
import { PolicyPanel } from './policy-panel.tsx'
import { ProbesPanel } from './probes-panel.tsx'

export function HostPage({ id }: { id: string }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const admin = useHasRole('admin')
  const operator = useHasRole('operator')
  const [removing, setRemoving] = useState(false)
  const host = useQuery({ ...trpc.hosts.get.queryOptions({ id }), refetchInterval: 5_000 })
  const captures = useQuery({
    ...trpc.captures.list.queryOptions({ limit: 10, search: host.data?.name ?? '' }),
    enabled: host.data !== undefined,
  })
  const remove = useMutation(
    trpc.hosts.remove.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.hosts.list.queryKey() })
        router.push('/hosts')
      },
      onError: (error) => toast.error('The host was not removed', { description: errorText(error) }),
    }),
  )

  if (host.error && !host.data)
    return (
      <NotLoaded
        error={host.error}
        what="host"
        all={{ href: '/hosts', label: 'All hosts' }}
        gone="It was removed, or the link is not complete. Its captures are still in the list of captures."
      />
    )
  if (!host.data) return <SkeletonRows label="Loading the host" rows={10} />
  const { facts, load, online, labels, name } = host.data
  const live = online ? load : null
  const onThisHost = captures.data?.items.filter((capture) => capture.hosts.some((h) => h.id === id)) ?? []

  return (
    <div className="mx-auto flex w-full max-w-[1600px] flex-col gap-3 p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="min-w-0 font-semibold text-xl">
          <HostText text={name} />
        </h1>
        <HostStatus host={host.data} />
        <span className="flex flex-wrap gap-1">
          {Object.entries(labels).map(([key, value]) => (
            <LabelChip
              key={key}
              name={key}
              value={value}
              onSelect={() => router.push(`/hosts?q=${encodeURIComponent(`${key}=${value}`)}`)}
            />
          ))}
        </span>
        <div className="flex-1" />
        {admin ? (
          <Button variant="danger" onClick={() => setRemoving(true)}>
            <Trash2 aria-hidden /> Remove
          </Button>
        ) : null}
        {operator ? (
          <Button asChild variant="primary">
            <Link href={`/captures/new?host=${id}`}>
              <Plus aria-hidden /> New capture
            </Link>
          </Button>
        ) : null}
      </div>
      {online ? null : (
        <Notice
          tone="warn"
          title={host.data.lastSeenAt ? `Not connected since ${formatTimestamp(host.data.lastSeenAt)}` : 'Never connected'}
        >
          Check that the agent runs and reaches the gateway. A capture started now waits for the host for a while, then expires.
        </Notice>
      )}
      <div className="grid gap-3 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-3">
          <Panel title="Facts">
            <Facts>
              <Fact name="Host name">
                <HostText text={facts.hostname} />
              </Fact>
              <Fact name="System">
                <HostText text={`${facts.os}, ${facts.arch}`} />
              </Fact>
              <Fact name="Kernel">
                <HostText text={facts.kernel} />
              </Fact>
              <Fact name="CPU">
                {facts.cpuCount} × <HostText text={facts.cpuModel || 'unknown model'} wrap />
              </Fact>
              <Fact name="Memory">{formatBytes(facts.memoryBytes)}</Fact>
              <Fact name="Agent">
                <HostText text={facts.agentVersion} />
              </Fact>
              <Fact name="Boot">
                <HostText text={facts.bootId} mono className="text-ink-2" />
              </Fact>
              <Fact name="Enrolled">
                <TimeAgo date={host.data.enrolledAt} />
              </Fact>
            </Facts>
          </Panel>
          <ProbesPanel hostId={id} />
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <Panel title="Load now">
            {live ? (
              <Facts>
                <Fact name="CPU busy">
                  {live.cpuBusy === null ? (
                    'not measured yet'
                  ) : (
                    <Meter label="CPU busy" share={live.cpuBusy} text={formatShare(live.cpuBusy)} />
                  )}
                </Fact>
                <Fact name="Waiting for I/O">
                  {live.ioWait === null ? (
                    'not measured yet'
                  ) : (
                    <Meter label="Waiting for I/O" share={live.ioWait} text={formatShare(live.ioWait)} warnAt={0.2} />
                  )}
                </Fact>
                <Fact name="Memory used">
                  <Meter
                    label="Memory used"
                    share={live.memoryUsedBytes / Math.max(1, facts.memoryBytes)}
                    text={`${formatBytes(live.memoryUsedBytes)} of ${formatBytes(facts.memoryBytes)}`}
                  />
                </Fact>
                <Fact name="Load average">
                  {live.load1.toFixed(2)} · {live.load5.toFixed(2)} · {live.load15.toFixed(2)}{' '}
                  <span className="text-ink-3">tasks over 1 · 5 · 15 min</span>
                </Fact>
                <Fact name="Pressure">
                  <PressureWords load={live} />
                </Fact>
              </Facts>
            ) : (
              <p className="text-ink-2">No load is known while the host is not connected.</p>
            )}
          </Panel>
          <PolicyPanel policy={facts.policy} />
        </div>
      </div>
      <div className="grid gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)] lg:items-start">
        <Panel title="What it can record" flush>
          <ul>
            {facts.capabilities.map((capability) => (
              <li
                key={capability.id}
                className="grid grid-cols-[20px_minmax(0,1fr)] sm:grid-cols-[20px_minmax(120px,180px)_minmax(0,1fr)] items-baseline gap-x-2 border-line border-b px-3 py-2 last:border-b-0"
              >
                <span aria-hidden className={capability.available ? 'text-good' : 'text-warn'}>
                  {capability.available ? '✓' : '✕'}
                </span>
                <span className="font-medium">{CAPABILITY_WORDS[capability.id].name}</span>
                <span className="relative text-ink-2 max-sm:col-start-2">
                  <span className="sr-only">{capability.available ? 'available: ' : 'missing: '}</span>
                  {capability.available ? (
                    CAPABILITY_WORDS[capability.id].what
                  ) : (
                    <>
                      <HostText wrap text={capability.reason ?? 'Not available on this host.'} className="text-ink" />
                      {capability.remedy ? (
                        <>
                          {' '}
                          <HostText wrap text={capability.remedy} />
                        </>
                      ) : null}
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </Panel>
        <Panel title="Tools" flush>
          <table className="w-full" aria-label="Tools">
            <tbody>
              {facts.tools.map((tool) => (
                <tr key={tool.name} className="border-line border-b last:border-b-0">
                  <td className="px-3 py-1.5 font-medium">
                    <HostText text={tool.name} />
                  </td>
                  <td className="whitespace-nowrap px-3 py-1.5">
                    {tool.version === null ? <span className="text-warn">not found</span> : <HostText text={tool.version} />}
                  </td>
                  <td className="hidden w-full max-w-0 truncate px-3 py-1.5 text-ink-3 sm:table-cell">
                    {tool.path === null ? null : <HostText text={tool.path} mono />}
                  </td>
                </tr>
              ))}
              {facts.tools.length === 0 ? (
                <tr>
                  <td className="px-3 py-2 text-ink-2">The agent reports no tools.</td>
                </tr>
              ) : null}
            </tbody>
          </table>
        </Panel>
      </div>
      <section aria-label="Recent captures" className="flex flex-col gap-2">
        <h2 className="mt-2 font-semibold text-lg">Recent captures</h2>
        {captures.data === undefined ? (
          <SkeletonRows label="Loading captures" rows={3} />
        ) : onThisHost.length === 0 ? (
          <p className="text-ink-2">None yet.</p>
        ) : (
          <CaptureTable captures={onThisHost} />
        )}
      </section>
      <Confirm
        open={removing}
        onOpenChange={setRemoving}
        title={`Remove ${name}?`}
        description="Its agent is no longer let in, until it enrols again with a new join token. Its captures stay."
        action="Remove"
        onConfirm={() => remove.mutate({ id })}
      />
    </div>
  )
}

/** How much of the last ten seconds some task waited for what, and how many tasks are runnable: what thresholds of rules are about. */
function PressureWords({ load }: { load: HostLoad }) {
  const { pressure, pressureProblem, runQueue } = load
  if (!pressure) return <span className="text-ink-3">This agent is older and does not say.</span>
  const share = (percent: number | null) => (percent === null ? '–' : `${percent.toFixed(1)} %`)
  return (
    <>
      CPU {share(pressure.cpu)} · I/O {share(pressure.io)} · memory {share(pressure.memory)}{' '}
      <span className="text-ink-3">of about 10 s</span>
      {typeof runQueue === 'number' ? (
        <>
          {' '}
          · {runQueue.toFixed(1)} <span className="text-ink-3">runnable tasks per CPU</span>
        </>
      ) : null}
      {pressureProblem ? <HostText wrap text={pressureProblem} className="block text-warn" /> : null}
    </>
  )
}
