'use client'
import {
  type CompareView,
  type Comparison,
  compareHref,
  formatCompareView,
  formatSelection,
  parseCompareView,
  parseComparison,
  parseSelection,
  type Selection,
} from '@sonde/contract'
import { useSearchParams } from 'next/navigation'
import { useMemo } from 'react'
import type { HistoryMode } from '../capture/use-view-state.ts'

/** What a link to the page says: sides that were not chosen yet, or are not readable, are null. */
export type CompareState = {
  a: Selection | null
  b: Selection | null
  /** Null while a side is missing. */
  comparison: Comparison | null
  view: CompareView
}

export type UpdateCompareView = (patch: Partial<CompareView>, mode: HistoryMode) => void
/** Always a step that "back" undoes. The zoom and the selected function stay: paths and functions are named the same on other sides. */
export type UpdateSides = (patch: { a?: Selection | null; b?: Selection | null } & Partial<Pick<Comparison, 'by' | 'requests'>>) => void

export function readCompareState(query: URLSearchParams): CompareState {
  const comparison = parseComparison(query)
  const side = (name: 'a' | 'b') => comparison?.[name] ?? parseSelection(query.get(name) ?? '')
  return { a: side('a'), b: side('b'), comparison, view: parseCompareView(query) }
}

/** Path and query of the page in this state. */
export function compareStateHref({ a, b, comparison, view }: CompareState): string {
  if (a && b) return compareHref({ ...comparison, a, b }) + formatCompareView(view)
  const query = [a ? `a=${formatSelection(a)}` : '', b ? `b=${formatSelection(b)}` : '', formatCompareView(view).slice(1)].filter(Boolean)
  return query.length === 0 ? '/compare' : `/compare?${query.join('&')}`
}

/** The comparison and its view as they stand in the query string: the only place where they are kept. */
export function useComparison(): CompareState & { updateView: UpdateCompareView; updateSides: UpdateSides } {
  const params = useSearchParams().toString()
  const state = useMemo(() => readCompareState(new URLSearchParams(params)), [params])
  return { ...state, updateView, updateSides }
}

// From the address bar, not from the last render: two updates in one event must not undo each other.
const now = (): CompareState => readCompareState(new URLSearchParams(window.location.search))

const updateView: UpdateCompareView = (patch, mode) => {
  const before = now()
  go(before, { ...before, view: { ...before.view, ...patch } }, mode)
}

const updateSides: UpdateSides = ({ a, b, ...how }) => {
  const before = now()
  const [sideA, sideB] = [a === undefined ? before.a : a, b === undefined ? before.b : b]
  const { by = 'samples', requests = null } = { ...before.comparison, ...how }
  const comparison = sideA && sideB ? { a: sideA, b: sideB, by, requests } : null
  go(before, { ...before, a: sideA, b: sideB, comparison }, 'push')
}

function go(before: CompareState, next: CompareState, mode: HistoryMode): void {
  const href = compareStateHref(next)
  if (href === compareStateHref(before)) return
  if (mode === 'push') window.history.pushState(null, '', href)
  else window.history.replaceState(null, '', href)
}
