import type { Operation } from './operation.ts'

export type Match = { operation: Operation; params: Record<string, string> }

/** The operations whose path this is, whatever their method; of two that match, those without a parameter in that place. */
export function matchPath(operations: readonly Operation[], path: string): Match[] {
  const segments = path.split('/').filter(Boolean).map(decode)
  if (segments.includes(null)) return []
  const matches = operations.flatMap((operation) => {
    const params = paramsOf(operation.path, segments)
    return params === null ? [] : [{ operation, params }]
  })
  const fewest = Math.min(...matches.map((match) => Object.keys(match.params).length))
  return matches.filter((match) => Object.keys(match.params).length === fewest)
}

function paramsOf(template: string, segments: readonly (string | null)[]): Record<string, string> | null {
  const parts = template.split('/').filter(Boolean)
  if (parts.length !== segments.length) return null
  const params: Record<string, string> = {}
  for (const [i, part] of parts.entries()) {
    const segment = segments[i] ?? ''
    if (part.startsWith('{')) params[part.slice(1, -1)] = segment
    else if (part !== segment) return null
  }
  return params
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
