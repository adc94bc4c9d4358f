/**
 * A change to every stack of a profile, as plain data: what Firefox Profiler calls a transform. A view has a list of them,
 * applied in order. Targets are keys that do not depend on the profile's tables (`frameKey`, `moduleKey`, `stackPathKey`), so a
 * link finds the same function after more samples came in. A target that is not there changes nothing.
 *
 *                                     main ▸ parse ▸ read ▸ parse ▸ alloc
 *   focus-subtree   path of read                     read ▸ parse ▸ alloc      stacks that do not begin with the path are dropped
 *   focus-callers   path alloc < parse main ▸ parse ▸ read ▸ parse             the other way: stacks that do not end so are dropped
 *   focus-function  parse                    parse ▸ read ▸ parse ▸ alloc      from its outermost call; stacks without it are dropped
 *   focus-module    library of alloc                               alloc       only its frames; stacks without any are dropped
 *   merge-function  parse               main ▸         read ▸         alloc    its self weight goes to its callers
 *   merge-node      path of parse       main ▸         read ▸ parse ▸ alloc    at this one place only
 *   drop-function   parse               –                                      stacks with it are dropped
 *   collapse-module library of parse    main ▸ LIB  ▸ read ▸ LIB  ▸ alloc      neighbouring frames of it become one, named after it
 *   collapse-function read              main ▸ parse ▸ read                    what it calls becomes its self weight
 *   collapse-recursion parse            main ▸ parse ▸                alloc    from its outermost to its innermost call
 *   collapse-direct-recursion parse     (as it was)                            calls of itself without a frame between them
 */
export const STACK_TRANSFORM_KINDS = [
  'focus-subtree',
  'focus-callers',
  'focus-function',
  'focus-module',
  'merge-function',
  'merge-node',
  'drop-function',
  'collapse-module',
  'collapse-function',
  'collapse-recursion',
  'collapse-direct-recursion',
] as const
export type StackTransformKind = (typeof STACK_TRANSFORM_KINDS)[number]

export type StackTransform =
  | { kind: 'focus-subtree' | 'merge-node' /** `stackPathKey`, from the outermost frame. */; path: string }
  | {
      kind: 'focus-callers'
      /** `stackPathKey` of the inverted tree: from the innermost frame outwards. */
      path: string
      /** `frameKey` of the innermost frame: most stacks end in another and need no further look. */
      leaf: string
      /** Frames in the path, ≥ 1. */
      frames: number
    }
  | {
      kind: 'focus-function' | 'merge-function' | 'drop-function' | 'collapse-function' | 'collapse-recursion' | 'collapse-direct-recursion'
      /** `frameKey`. */
      function: string
    }
  | { kind: 'focus-module' | 'collapse-module' /** `moduleKey`. */; module: string }
