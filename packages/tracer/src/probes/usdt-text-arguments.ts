/**
 * Arguments of well-known USDT probes that point to text. A note in an ELF file says how wide an argument is, not what it means; these
 * are out of the providers' own documentation (PostgreSQL: "Dynamic Tracing"; CPython: "Instrumenting CPython with DTrace and
 * SystemTap"; HotSpot: "DTrace Probes in HotSpot VM", whose names are not terminated and therefore not listed; Node: node.stp; MySQL).
 * Of any other probe, text is read by asking for `args.str0` instead of `args.arg0`.
 */
const TEXT_ARGUMENTS: Readonly<Record<string, readonly number[]>> = {
  'postgresql:query__start': [0],
  'postgresql:query__done': [0],
  'postgresql:query__parse__start': [0],
  'postgresql:query__parse__done': [0],
  'postgresql:query__rewrite__start': [0],
  'postgresql:query__rewrite__done': [0],
  'postgresql:statement__status': [0],
  'postgresql:lwlock__acquire': [0],
  'postgresql:lwlock__release': [0],
  'postgresql:lwlock__wait__start': [0],
  'postgresql:lwlock__wait__done': [0],
  'python:function__entry': [0, 1],
  'python:function__return': [0, 1],
  'python:line': [0, 1],
  'python:import__find__load__start': [0],
  'python:import__find__load__done': [0],
  'python:audit': [0],
  'mysql:query__start': [0],
  'mysql:query__exec__start': [0],
}

/** Whether argument `index` of a probe is known to be text. */
export const isTextArgument = (provider: string, name: string, index: number): boolean =>
  TEXT_ARGUMENTS[`${provider}:${name}`]?.includes(index) ?? false
