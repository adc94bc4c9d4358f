import {
  type CaptureFilter,
  type CaptureSpec,
  captureFilterSchema,
  DURATION_MS,
  idSchema,
  RATE_HZ,
  RECIPES,
  type RecipeId,
  recipeIdSchema,
} from '@sonde/contract'

/** The form's filter while it is being filled in: kind chosen, value perhaps still empty or wrong. */
export type FilterDraft =
  | { kind: 'all' }
  | { kind: 'pid'; pid: number | null }
  | { kind: 'process'; name: string }
  | { kind: 'cgroup'; path: string }

export type CaptureDraft = {
  hostIds: string[]
  recipe: RecipeId
  durationMs: number
  rateHz: number
  filter: FilterDraft
  title: string
}

const clamp = (value: number, { min, max }: { min: number; max: number }) => Math.min(max, Math.max(min, Math.round(value)))

/** Reads a number from the query string; null where it is missing or no number. */
function numberOf(params: URLSearchParams, key: string): number | null {
  const text = params.get(key)
  if (text === null || text.trim() === '') return null
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}

/**
 * `?host=…&host=…&recipe=…&seconds=…&rate=…&pid=…|process=…|cgroup=…&title=…` → the form as a link wants it filled in. What is
 * missing or not readable gets its default; never throws.
 */
export function parseDraft(params: URLSearchParams): CaptureDraft {
  const recipe = recipeIdSchema.safeParse(params.get('recipe')).data ?? 'cpu-and-syscalls'
  const seconds = numberOf(params, 'seconds')
  const rate = numberOf(params, 'rate')
  const pid = numberOf(params, 'pid')
  const process = params.get('process')
  const cgroup = params.get('cgroup')
  const filter: FilterDraft =
    pid !== null
      ? { kind: 'pid', pid: Math.trunc(pid) }
      : process
        ? { kind: 'process', name: process.slice(0, 15) }
        : cgroup
          ? { kind: 'cgroup', path: cgroup.slice(0, 512) }
          : { kind: 'all' }
  return {
    hostIds: [...new Set(params.getAll('host').filter((id) => idSchema.safeParse(id).success))].slice(0, 500),
    recipe,
    durationMs: seconds === null ? RECIPES[recipe].defaults.durationMs : clamp(seconds * 1_000, DURATION_MS),
    rateHz: rate === null ? RECIPES[recipe].defaults.rateHz : clamp(rate, RATE_HZ),
    filter,
    title: (params.get('title') ?? '').slice(0, 120),
  }
}

/** The form as a link: the opposite of parseDraft, without what is at its default. */
export function formatDraft(draft: CaptureDraft): string {
  const params = new URLSearchParams()
  for (const id of draft.hostIds) params.append('host', id)
  const { defaults } = RECIPES[draft.recipe]
  if (draft.recipe !== 'cpu-and-syscalls') params.set('recipe', draft.recipe)
  if (draft.durationMs !== defaults.durationMs) params.set('seconds', String(draft.durationMs / 1_000))
  if (draft.rateHz !== defaults.rateHz) params.set('rate', String(draft.rateHz))
  const { filter } = draft
  if (filter.kind === 'pid' && filter.pid !== null) params.set('pid', String(filter.pid))
  if (filter.kind === 'process' && filter.name) params.set('process', filter.name)
  if (filter.kind === 'cgroup' && filter.path) params.set('cgroup', filter.path)
  if (draft.title) params.set('title', draft.title)
  return params.toString()
}

export type DraftProblem = { field: 'hosts' | 'filter'; message: string }

/** The draft as a spec that the server takes, or what is missing, in words. */
export function specOf(draft: CaptureDraft): { ok: true; spec: CaptureSpec } | { ok: false; problem: DraftProblem } {
  if (draft.hostIds.length === 0) return { ok: false, problem: { field: 'hosts', message: 'Pick at least one host.' } }
  const base = { recipe: draft.recipe, durationMs: draft.durationMs, rateHz: draft.rateHz }
  const { filter } = draft
  if (filter.kind === 'all') return { ok: true, spec: base }
  const fail = (message: string) => ({ ok: false, problem: { field: 'filter', message } }) as const
  if (filter.kind === 'pid' && filter.pid === null) return fail('Pick a process.')
  if (filter.kind === 'pid' && draft.hostIds.length > 1) return fail('A pid belongs to one host: pick one host, or filter by name.')
  if (filter.kind === 'process' && filter.name === '') return fail('Say the name of the process.')
  if (filter.kind === 'cgroup' && filter.path === '') return fail('Say the path of the cgroup.')
  const parsed = captureFilterSchema.safeParse(filter)
  if (!parsed.success) return fail(parsed.error.issues[0]?.message ?? 'The filter is not right.')
  const valid: CaptureFilter = parsed.data
  return { ok: true, spec: { ...base, filter: valid } }
}
