import type { ViewTransform } from '@sonde/contract'

export type TransformWords = {
  /** What a chip says before the name. */
  chip: string
  /** For the page that lists the keys. */
  does: string
  /** Of the entry in a frame's menu. */
  menu(library: string, isInverted: boolean): string
  keys: string
}

/** By kind, in the order of the menu. `focus-callers` is the focus on a subtree of an inverted graph. */
export const MENU_WORDS = {
  'focus-subtree': {
    keys: 'f',
    chip: 'focus',
    does: 'focus on the subtree',
    menu: (_, isInverted) => (isInverted ? 'Focus on these callers' : 'Focus on this subtree'),
  },
  'focus-function': {
    keys: 'F',
    chip: 'focus function',
    does: 'focus on the function, wherever it is called',
    menu: () => 'Focus on this function everywhere',
  },
  'focus-module': { keys: 'l', chip: 'only', does: 'only frames of the library', menu: (library) => `Only frames of ${library}` },
  'merge-function': {
    keys: 'm',
    chip: 'merge',
    does: 'merge the function into its callers',
    menu: () => 'Merge this function into its callers',
  },
  'merge-node': { keys: 'M', chip: 'merge frame', does: 'merge this frame only', menu: () => 'Merge this frame only' },
  'drop-function': {
    keys: 'd',
    chip: 'drop',
    does: 'drop samples with the function',
    menu: () => 'Drop samples with this function',
  },
  'collapse-function': {
    keys: 'e',
    chip: 'collapse calls of',
    does: 'collapse what the function calls',
    menu: () => 'Collapse what this function calls',
  },
  'collapse-module': {
    keys: 'C',
    chip: 'collapse',
    does: 'collapse the library to one frame',
    menu: (library) => `Collapse ${library} to one frame`,
  },
  'collapse-recursion': {
    keys: 'r',
    chip: 'collapse recursion of',
    does: 'collapse recursion of the function',
    menu: () => 'Collapse recursion of this function',
  },
  'collapse-direct-recursion': {
    keys: 'R',
    chip: 'collapse direct recursion of',
    does: 'collapse direct recursion only',
    menu: () => 'Collapse direct recursion only',
  },
} as const satisfies Partial<Record<ViewTransform['kind'], TransformWords>>

type MenuKind = keyof typeof MENU_WORDS
export const MENU_KINDS = Object.keys(MENU_WORDS) as MenuKind[]

/** What a chip says before the name of the function or library. */
export function chipWords(kind: ViewTransform['kind']): string {
  return kind === 'focus-callers' ? 'callers of' : MENU_WORDS[kind].chip
}

/** For the page that lists the keys. */
export const TRANSFORM_KEYS = MENU_KINDS.map((kind) => ({ keys: MENU_WORDS[kind].keys, does: MENU_WORDS[kind].does }))
