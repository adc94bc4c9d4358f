'use client'
import type { HostView, ProcessRow } from '@sonde/contract'
import { Chips, Field, HostText, Input } from '@sonde/ui'
import { containerIdOf } from './container-id.ts'
import type { FilterDraft, ScopeDraft, ScopeProblem } from './filter-draft.ts'
import { ProcessPicker } from './process-picker.tsx'

const KINDS = [
  { value: 'all', label: 'Whole host' },
  { value: 'pid', label: 'One process' },
  { value: 'process', label: 'By name' },
  { value: 'cgroup', label: 'Cgroup' },
  { value: 'container', label: 'Container' },
] as const

const EMPTY: Record<FilterDraft['kind'], FilterDraft> = {
  all: { kind: 'all' },
  pid: { kind: 'pid', pid: null },
  process: { kind: 'process', name: '' },
  cgroup: { kind: 'cgroup', path: '' },
  container: { kind: 'container', id: '' },
}

export type FilterFieldsProps = {
  scope: ScopeDraft
  hosts: readonly HostView[]
  problem: ScopeProblem | null
  onChange: (scope: ScopeDraft) => void
}

/** Whom a capture records: processes in one of five ways, and on top of that a user and CPUs. */
export function FilterFields({ scope, hosts, problem, onChange }: FilterFieldsProps) {
  const { filter } = scope
  const setFilter = (next: FilterDraft) => onChange({ ...scope, filter: next })
  return (
    <div className="flex flex-col gap-3">
      <Chips label="Of what" value={filter.kind} onChange={(kind) => setFilter(EMPTY[kind])} options={KINDS} />
      <FilterValue
        filter={filter}
        hostCount={hosts.length}
        problem={problem?.field === 'filter' ? problem.message : null}
        onChange={setFilter}
      />
      {filter.kind === 'all' ? null : <FilterProcesses filter={filter} hosts={hosts} onChange={setFilter} />}
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          label="Only this user (uid)"
          hint="A number, as in id -u. Empty: every user."
          error={problem?.field === 'uid' ? problem.message : null}
        >
          {(ids) => (
            <Input
              {...ids}
              inputMode="numeric"
              value={scope.uid}
              placeholder="every user"
              maxLength={10}
              autoComplete="off"
              className="max-w-40"
              onChange={(event) => onChange({ ...scope, uid: event.target.value })}
            />
          )}
        </Field>
        <Field label="Only these CPUs" hint="Like 0-3,8. Empty: every CPU." error={problem?.field === 'cpus' ? problem.message : null}>
          {(ids) => (
            <Input
              {...ids}
              value={scope.cpus}
              placeholder="every CPU"
              maxLength={600}
              autoComplete="off"
              className="max-w-40"
              onChange={(event) => onChange({ ...scope, cpus: event.target.value })}
            />
          )}
        </Field>
      </div>
    </div>
  )
}

function FilterValue({
  filter,
  hostCount,
  problem,
  onChange,
}: {
  filter: FilterDraft
  hostCount: number
  problem: string | null
  onChange: (filter: FilterDraft) => void
}) {
  switch (filter.kind) {
    case 'all':
      return <p className="text-ink-2">Everything that runs on the {hostCount > 1 ? 'hosts' : 'host'}, kernel included.</p>
    case 'pid':
      return (
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
          {hostCount > 1 ? <p className="text-warn">A pid belongs to one host: pick one host, or filter by name.</p> : null}
        </>
      )
    case 'process':
      return (
        <TextFilter
          label="Name (comm, at most 15 characters, exact)"
          hint="Every process of that name when the capture starts. Pick one from the list to take its name."
          value={filter.name}
          maxLength={15}
          problem={problem}
          onChange={(name) => onChange({ kind: 'process', name })}
        />
      )
    case 'cgroup':
      return (
        <TextFilter
          label="Path below the cgroup v2 root"
          hint="Every process below it. Pick a process from the list to take its cgroup."
          placeholder="/system.slice/checkout.service"
          mono
          value={filter.path}
          maxLength={512}
          problem={problem}
          onChange={(path) => onChange({ kind: 'cgroup', path })}
        />
      )
    case 'container':
      return (
        <TextFilter
          label="Container id (12 to 64 hex digits)"
          hint="Every process of it, as in docker ps or crictl ps. Pick a process from the list to take its container."
          placeholder="4f5f3a2b9c1d"
          mono
          value={filter.id}
          maxLength={64}
          problem={problem}
          onChange={(id) => onChange({ kind: 'container', id })}
        />
      )
  }
}

function TextFilter({
  label,
  hint,
  placeholder,
  mono = false,
  value,
  maxLength,
  problem,
  onChange,
}: {
  label: string
  hint: string
  placeholder?: string
  mono?: boolean
  value: string
  maxLength: number
  problem: string | null
  onChange: (value: string) => void
}) {
  return (
    <Field label={label} hint={hint} error={value === '' ? null : problem}>
      {(ids) => (
        <Input
          {...ids}
          value={value}
          maxLength={maxLength}
          placeholder={placeholder}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          className={mono ? 'font-mono' : ''}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

type PickedFilter = Exclude<FilterDraft, { kind: 'all' }>

/** What a row of the process list stands for, by the kind of filter. */
const ROWS: { [K in PickedFilter['kind']]: { take: (row: ProcessRow) => FilterDraft; verb: (row: ProcessRow) => string } } = {
  pid: { take: (row) => ({ kind: 'pid', pid: row.pid }), verb: (row) => `Record process ${row.pid}, ${row.comm}` },
  process: {
    take: (row) => ({ kind: 'process', name: row.comm.slice(0, 15) }),
    verb: (row) => `Record processes named ${row.comm}`,
  },
  cgroup: {
    take: (row) => ({ kind: 'cgroup', path: row.cgroup ?? '' }),
    verb: (row) => `Record the cgroup of ${row.comm}: ${row.cgroup ?? 'none'}`,
  },
  container: {
    take: (row) => ({ kind: 'container', id: containerIdOf(row.cgroup) ?? '' }),
    verb: (row) => `Record the container of ${row.comm}: ${containerIdOf(row.cgroup)?.slice(0, 12) ?? 'none'}`,
  },
}

const isInContainer = (row: ProcessRow): boolean => containerIdOf(row.cgroup) !== null

function FilterProcesses({
  filter,
  hosts,
  onChange,
}: {
  filter: PickedFilter
  hosts: readonly HostView[]
  onChange: (filter: FilterDraft) => void
}) {
  const live = hosts.find((host) => host.online)
  if (!live)
    return (
      <p className="text-ink-2">
        {hosts.length === 0
          ? 'Pick a host to list its processes.'
          : 'None of the picked hosts is connected, so their processes cannot be listed.'}
      </p>
    )
  const { take, verb } = ROWS[filter.kind]
  const picked = JSON.stringify(filter)
  const isEmpty = picked === JSON.stringify(EMPTY[filter.kind])
  return (
    <>
      {hosts.length > 1 ? (
        <p className="text-ink-2">
          Processes of <HostText text={live.name} />:
        </p>
      ) : null}
      <ProcessPicker
        hostId={live.id}
        hostName={live.name}
        isPicked={(row) => !isEmpty && JSON.stringify(take(row)) === picked}
        onPick={(row) => onChange(take(row))}
        verb={verb}
        {...(filter.kind === 'container' ? { only: isInContainer } : {})}
      />
    </>
  )
}
