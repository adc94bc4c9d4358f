import { type CaptureFilter, type CaptureSpec, captureFilterSchema } from '@sonde/contract'
import { formatCpuList, parseCpuList } from './cpu-list.ts'

/** The form's filter while it is being filled in: kind chosen, value perhaps still empty or wrong. */
export type FilterDraft =
  | { kind: 'all' }
  | { kind: 'pid'; pid: number | null }
  | { kind: 'process'; name: string }
  | { kind: 'cgroup'; path: string }
  | { kind: 'container'; id: string }

/** Everything that narrows a capture. `uid` and `cpus` are texts as typed; empty: no matter. */
export type ScopeDraft = { filter: FilterDraft; uid: string; cpus: string }

export const EMPTY_SCOPE: ScopeDraft = { filter: { kind: 'all' }, uid: '', cpus: '' }

const MAX_UID = 4_294_967_294

export type ScopeProblem = { field: 'filter' | 'uid' | 'cpus'; message: string }
export type MadeScope = { ok: true; scope: Pick<CaptureSpec, 'filter' | 'uid' | 'cpus'> } | { ok: false; problem: ScopeProblem }

function filterOf(filter: FilterDraft, hostCount: number): { filter?: CaptureFilter } | string {
  switch (filter.kind) {
    case 'all':
      return {}
    case 'pid':
      if (filter.pid === null) return 'Pick a process.'
      if (hostCount > 1) return 'A pid belongs to one host: pick one host, or filter by name.'
      break
    case 'process':
      if (filter.name === '') return 'Say the name of the process.'
      break
    case 'cgroup':
      if (filter.path === '') return 'Say the path of the cgroup.'
      break
    case 'container':
      if (filter.id === '') return 'Say the id of the container.'
      break
  }
  const parsed = captureFilterSchema.safeParse(filter)
  return parsed.success ? { filter: parsed.data } : sentence(parsed.error.issues[0]?.message ?? 'the filter is not right')
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`

/** The filters as the spec has them, or what is wrong, in words. */
export function scopeOf(draft: ScopeDraft, hostCount: number): MadeScope {
  const filter = filterOf(draft.filter, hostCount)
  if (typeof filter === 'string') return { ok: false, problem: { field: 'filter', message: filter } }
  const uidText = draft.uid.trim()
  const uid = uidText === '' ? undefined : Number(uidText)
  if (uid !== undefined && !(/^\d+$/.test(uidText) && uid <= MAX_UID))
    return { ok: false, problem: { field: 'uid', message: 'A user id is a whole number, as in `id -u`.' } }
  const list = parseCpuList(draft.cpus)
  if (!list.ok) return { ok: false, problem: { field: 'cpus', message: list.message } }
  return {
    ok: true,
    scope: { ...filter, ...(uid === undefined ? {} : { uid }), ...(list.cpus.length === 0 ? {} : { cpus: list.cpus }) },
  }
}

/** A capture's filters as a form to change. */
export function scopeDraftOf(spec: Pick<CaptureSpec, 'filter' | 'uid' | 'cpus'>): ScopeDraft {
  return {
    filter: spec.filter ?? { kind: 'all' },
    uid: spec.uid === undefined ? '' : String(spec.uid),
    cpus: spec.cpus === undefined ? '' : formatCpuList(spec.cpus),
  }
}

/** `?pid=…|process=…|cgroup=…|container=…&uid=…&cpus=…` → filters; what is not readable is left out. Never throws. */
export function parseScope(params: URLSearchParams): ScopeDraft {
  const uid = params.get('uid') ?? ''
  const cpus = params.get('cpus') ?? ''
  return { filter: parseFilter(params), uid: /^\d{1,10}$/.test(uid) ? uid : '', cpus: /^[\d,\s-]{1,600}$/.test(cpus) ? cpus : '' }
}

function parseFilter(params: URLSearchParams): FilterDraft {
  const pid = params.get('pid') ?? ''
  if (/^\d{1,7}$/.test(pid)) return { kind: 'pid', pid: Number(pid) }
  const process = params.get('process')
  if (process) return { kind: 'process', name: process.slice(0, 15) }
  const cgroup = params.get('cgroup')
  if (cgroup) return { kind: 'cgroup', path: cgroup.slice(0, 512) }
  const container = params.get('container')
  return container ? { kind: 'container', id: container.slice(0, 64) } : { kind: 'all' }
}

/** Writes what is set into the query string. */
export function formatScope({ filter, uid, cpus }: ScopeDraft, params: URLSearchParams): void {
  if (filter.kind === 'pid' && filter.pid !== null) params.set('pid', String(filter.pid))
  if (filter.kind === 'process' && filter.name) params.set('process', filter.name)
  if (filter.kind === 'cgroup' && filter.path) params.set('cgroup', filter.path)
  if (filter.kind === 'container' && filter.id) params.set('container', filter.id)
  if (uid) params.set('uid', uid)
  if (cpus) params.set('cpus', cpus)
}
