import type { EventAttr } from './event-attr.ts'

const HARDWARE = ['cycles', 'instructions', 'cache-references', 'cache-misses', 'branches', 'branch-misses', 'bus-cycles']
const SOFTWARE = ['cpu-clock', 'task-clock', 'page-faults', 'context-switches', 'cpu-migrations']

/** Names of the commonest events by (type, config); `type:config` for others. */
export function eventName(attr: Pick<EventAttr, 'type' | 'config'>): string {
  // The upper half of a hardware event's config says which kind of CPU core it is for.
  const name = attr.type === 0 ? HARDWARE[attr.config % 4_294_967_296] : attr.type === 1 ? SOFTWARE[attr.config] : undefined
  return name ?? `${attr.type}:${attr.config}`
}
