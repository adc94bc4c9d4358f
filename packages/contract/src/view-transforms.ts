import type { CaptureViewState } from './view-state.ts'

/**
 * A change to every stack of the flame graph; the same plain data as `StackTransform` of packages/profile, where each kind is
 * explained. Functions, libraries and places are keys that mean the same after more samples came in.
 */
export type ViewTransform =
  | { kind: 'focus-subtree' | 'merge-node'; path: string }
  | { kind: 'focus-callers'; path: string; leaf: string; frames: number }
  | {
      kind: 'focus-function' | 'merge-function' | 'drop-function' | 'collapse-function' | 'collapse-recursion' | 'collapse-direct-recursion'
      function: string
    }
  | { kind: 'focus-module' | 'collapse-module'; module: string }

/** How a kind begins an entry of the link. Links keep these: they must never change. */
const CODES = {
  'focus-subtree': 'fs',
  'focus-callers': 'fc',
  'focus-function': 'ff',
  'focus-module': 'fl',
  'merge-function': 'mf',
  'merge-node': 'mn',
  'drop-function': 'df',
  'collapse-module': 'cl',
  'collapse-function': 'cf',
  'collapse-recursion': 'cr',
  'collapse-direct-recursion': 'cd',
} as const satisfies Record<ViewTransform['kind'], string>

const KINDS = new Map(Object.entries(CODES).map(([kind, code]) => [code as string, kind as ViewTransform['kind']]))

/** Transforms in one view, at most. */
export const MAX_TRANSFORMS = 24
/** Longest text of such a list in the link, with room for entries that cannot be read. */
export const MAX_TRANSFORMS_TEXT = 2_000
const MAX_STACK_FRAMES = 60_000
const SEPARATOR = '~'

/** `ff.KEY~cr.KEY~fc.KEY.LEAF.3`: the list as it stands in the link. */
export function formatTransforms(transforms: readonly ViewTransform[]): string {
  return transforms
    .map((transform) => {
      const code = CODES[transform.kind]
      if ('function' in transform) return `${code}.${transform.function}`
      if ('module' in transform) return `${code}.${transform.module}`
      return transform.kind === 'focus-callers'
        ? `${code}.${transform.path}.${transform.leaf}.${transform.frames}`
        : `${code}.${transform.path}`
    })
    .join(SEPARATOR)
}

export type TransformList = {
  transforms: ViewTransform[]
  /** Entries that could not be read, or are more than there may be; they are left out. */
  unreadable: number
}

/** The list in a link. Each unreadable entry is left out alone; never throws. */
export function parseTransforms(text: string): TransformList {
  const list: TransformList = { transforms: [], unreadable: 0 }
  if (text === '') return list
  for (const entry of text.split(SEPARATOR)) {
    const transform = list.transforms.length < MAX_TRANSFORMS ? parseEntry(entry) : null
    if (transform) list.transforms.push(transform)
    else list.unreadable++
  }
  return list
}

const isKey = (text: string | undefined): text is string => text !== undefined && /^[0-9a-z]{14}$/.test(text)

function parseEntry(entry: string): ViewTransform | null {
  const [code = '', key, leaf, count, ...more] = entry.split('.')
  const kind = KINDS.get(code)
  if (kind === undefined || !isKey(key) || more.length > 0) return null
  if (kind === 'focus-callers') {
    const frames = count !== undefined && /^[1-9]\d{0,4}$/.test(count) ? Number(count) : 0
    return isKey(leaf) && frames >= 1 && frames <= MAX_STACK_FRAMES ? { kind, path: key, leaf, frames } : null
  }
  if (leaf !== undefined) return null
  switch (kind) {
    case 'focus-subtree':
    case 'merge-node':
      return { kind, path: key }
    case 'focus-module':
    case 'collapse-module':
      return { kind, module: key }
    default:
      return { kind, function: key }
  }
}

type TransformFields = Pick<CaptureViewState, 'transforms' | 'undone'>

/** The view's transforms, in order of application. */
export function transformsOf(view: TransformFields): TransformList {
  return parseTransforms(view.transforms)
}

/** One more transform; what was undone before cannot be redone any more. Null where there are as many as there may be. */
export function withTransform(view: TransformFields, transform: ViewTransform): TransformFields | null {
  const { transforms } = transformsOf(view)
  return transforms.length >= MAX_TRANSFORMS ? null : { transforms: formatTransforms([...transforms, transform]), undone: '' }
}

/** Without the transform at this place; redo brings it back as the last one. */
export function withoutTransform(view: TransformFields, index: number): TransformFields {
  const { transforms } = transformsOf(view)
  const [taken] = transforms.splice(index, 1)
  return { transforms: formatTransforms(transforms), undone: taken ? pushed(view.undone, taken) : view.undone }
}

/** Without the last transform; null where there is none. */
export function undoTransform(view: TransformFields): TransformFields | null {
  const { length } = transformsOf(view).transforms
  return length === 0 ? null : withoutTransform(view, length - 1)
}

/** With the transform that was taken away last; null where there is none, or no room for it. */
export function redoTransform(view: TransformFields): TransformFields | null {
  const { transforms } = transformsOf(view)
  const undone = parseTransforms(view.undone).transforms
  const last = undone.pop()
  if (!last || transforms.length >= MAX_TRANSFORMS) return null
  return { transforms: formatTransforms([...transforms, last]), undone: formatTransforms(undone) }
}

/** The oldest give way. */
function pushed(text: string, transform: ViewTransform): string {
  return formatTransforms([...parseTransforms(text).transforms, transform].slice(-MAX_TRANSFORMS))
}
