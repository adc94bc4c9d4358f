import { type CaptureView, type CollectorId, findRecipe } from '@sonde/contract'
import type { CaptureSight } from './authorize-capture.ts'
import { type CaptureWords, holdsAny, holdsWhole } from './capture-words.ts'

const COLLECTORS: Record<CollectorId, string> = {
  stacks: 'stacks',
  syscalls: 'system calls',
  offcpu: 'off-CPU time',
  counts: 'counts',
  latency: 'latencies',
  events: 'events',
  pmu: 'counters',
}

/** What a capture is, without naming anything that it is about: "CPU profile, 3 hosts". */
export function plainTitle(view: CaptureView): string {
  const { length } = view.targets
  return `${plainSubject(view)}, ${length} ${length === 1 ? 'host' : 'hosts'}`
}

function plainSubject(view: CaptureView): string {
  if (view.source) return 'Imported profile'
  if (view.recipeTitle !== null) return view.recipeTitle
  const words = view.spec.instruments.map(({ collector }) => COLLECTORS[collector]).join(', ')
  return words === '' ? 'Capture' : words.charAt(0).toUpperCase() + words.slice(1)
}

/** Made by defaultTitle, which names hosts, perhaps by names that they had then; the file name of an import is its title likewise. */
function isDefault(view: CaptureView): boolean {
  const recipe = findRecipe(view.spec.recipe)
  return view.source !== null || (recipe !== undefined && view.title.startsWith(`${recipe.title} of `))
}

/** The title under which the readers of a link see a capture: a person's own stays where it holds nothing that is left out. */
export function shareTitle(view: CaptureView, words: CaptureWords, sight: Pick<CaptureSight, 'hosts' | 'args'>): string {
  const hidesHost = !sight.hosts && (isDefault(view) || holdsAny(view.title, words.hosts))
  const hidesArgs = !sight.args && holdsAny(view.title, words.args)
  return hidesHost || hidesArgs ? plainTitle(view) : view.title
}

/** A title for everyone who knows the address of a capture: names nothing that stands in it. */
export function publicTitle(view: CaptureView, words: CaptureWords | null): string {
  if (isDefault(view) || words === null) return plainTitle(view)
  if (holdsAny(view.title, words.hosts) || holdsAny(view.title, words.args) || holdsWhole(view.title, words.shown)) return plainTitle(view)
  return `${view.title}, ${view.targets.length} ${view.targets.length === 1 ? 'host' : 'hosts'}`
}

/** Whether `publicTitle` has to know the words at all. */
export const needsWords = (view: CaptureView): boolean => !isDefault(view)
