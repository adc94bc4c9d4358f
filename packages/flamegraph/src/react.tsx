'use client'

export type { EventWords } from './describe.ts'
export { FlameGraphBreadcrumbs } from './flame-breadcrumbs.tsx'
export { FlameGraph, type FlameGraphHandle, type FlameGraphProps } from './flame-graph.tsx'
export { FlameGraphLegend } from './flame-legend.tsx'
export type { ZoomCause } from './flame-view.ts'
export type { FlameSearch, FlameSearchResult } from './search.ts'
