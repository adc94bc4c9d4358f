'use client'
import type { HostView } from '@sonde/contract'
import { Field, HostText, Input, Segmented } from '@sonde/ui'
import type { CaptureDraft, FilterDraft } from './draft.ts'
import { ProcessPicker } from './process-picker.tsx'

const KINDS = [
  { value: 'all', label: 'Whole host' },
  { value: 'pid', label: 'One process' },
  { value: 'process', label: 'By name' },
  { value: 'cgroup', label: 'Cgroup' },
] as const

const EMPTY: Record<FilterDraft['kind'], FilterDraft> = {
  all: { kind: 'all' },
  pid: { kind: 'pid', pid: null },
  process: { kind: 'process', name: '' },
  cgroup: { kind: 'cgroup', path: '' },
}

export type FilterFieldsProps = {
  draft: CaptureDraft
  hosts: readonly HostView[]
  problem: string | null
  onChange: (filter: FilterDraft) => void
}

export function FilterFields({ draft, hosts, problem, onChange }: FilterFieldsProps) {
  const { filter } = draft
  const live = hosts.find((host) => host.online)
  return (
    <div className="flex flex-col gap-3">
      <Segmented label="What to record" value={filter.kind} onChange={(kind) => onChange(EMPTY[kind])} options={KINDS} />
      {filter.kind === 'all' ? (
        <p className="text-ink-2">Everything that runs on the {hosts.length > 1 ? 'hosts' : 'host'}, kernel included.</p>
      ) : null}
      {filter.kind === 'pid' ? (
        <>
          <p className="text-ink-2">
            {filter.pid === null ? (
              'One process with all its threads, and what it starts. Pick it from the list.'
            ) : (
              <>
                Process <strong className="font-medium text-ink">{filter.pid}</strong> with all its threads, and what it starts.
              </>
            )}
          </p>
          {hosts.length > 1 ? <p className="text-warn">A pid belongs to one host: pick one host, or filter by name.</p> : null}
        </>
      ) : null}
      {filter.kind === 'process' ? (
        <Field
          label="Name (comm, at most 15 characters, exact)"
          hint="Every process of that name when the capture starts. Pick one from the list to take its name."
          error={problem && filter.name ? problem : null}
        >
          {(ids) => (
            <Input
              {...ids}
              value={filter.name}
              maxLength={15}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => onChange({ kind: 'process', name: event.target.value })}
            />
          )}
        </Field>
      ) : null}
      {filter.kind === 'cgroup' ? (
        <Field
          label="Path below the cgroup v2 root"
          hint="Every process below it. Pick a process from the list to take its cgroup."
          error={problem && filter.path ? problem : null}
        >
          {(ids) => (
            <Input
              {...ids}
              value={filter.path}
              maxLength={512}
              placeholder="/system.slice/checkout.service"
              spellCheck={false}
              autoComplete="off"
              className="font-mono"
              onChange={(event) => onChange({ kind: 'cgroup', path: event.target.value })}
            />
          )}
        </Field>
      ) : null}
      {filter.kind === 'all' ? null : live ? (
        <>
          {hosts.length > 1 ? (
            <p className="text-ink-2">
              Processes of <HostText text={live.name} />:
            </p>
          ) : null}
          <ProcessPicker
            hostId={live.id}
            hostName={live.name}
            isPicked={(row) =>
              filter.kind === 'pid'
                ? row.pid === filter.pid
                : filter.kind === 'process'
                  ? row.comm === filter.name
                  : filter.path !== '' && row.cgroup === filter.path
            }
            onPick={(row) =>
              onChange(
                filter.kind === 'pid'
                  ? { kind: 'pid', pid: row.pid }
                  : filter.kind === 'process'
                    ? { kind: 'process', name: row.comm.slice(0, 15) }
                    : { kind: 'cgroup', path: row.cgroup ?? '' },
              )
            }
            verb={(row) =>
              filter.kind === 'pid'
                ? `Record process ${row.pid}, ${row.comm}`
                : filter.kind === 'process'
                  ? `Record processes named ${row.comm}`
                  : `Record the cgroup of ${row.comm}: ${row.cgroup ?? 'none'}`
            }
          />
        </>
      ) : (
        <p className="text-ink-2">
          {hosts.length === 0
            ? 'Pick a host to list its processes.'
            : 'None of the picked hosts is connected, so their processes cannot be listed.'}
        </p>
      )}
    </div>
  )
}
