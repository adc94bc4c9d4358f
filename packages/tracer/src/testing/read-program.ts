/**
 * Reads a bpftrace program with the strictness of someone who trusts nobody: only the few forms that Sonde's programs have are known, and
 * anything else is an error. Written without a look at the code that makes programs, and shares nothing with it.
 */
export type ReadProgram = {
  /** What is attached, in order, as it stands in the text. */
  points: string[]
  /** Every text in quotes. */
  strings: string[]
  /** Fields of records that are read. */
  fields: string[]
}

const POINT =
  /^(?:BEGIN|END|interval:(?:ms|s):[1-9]\d{0,6}|tracepoint:[A-Za-z0-9_-]{1,64}:[A-Za-z0-9_-]{1,64}|k(?:ret)?probe:[A-Za-z0-9_.]{1,128}|u(?:ret)?probe:\/proc\/\d{1,7}\/fd\/\d{1,6}:0x[0-9a-f]{1,12}|usdt:\/proc\/\d{1,7}\/fd\/\d{1,6}:[A-Za-z0-9_.-]{1,128}:[A-Za-z0-9_.-]{1,128})(?= )/

const TOKEN =
  /^(?:"(?:[^"\\\n]|\\n)*"|0x[0-9a-f]+|\d+|[@$]?[A-Za-z_][A-Za-z0-9_]*|&&|\|\||==|!=|<=|>=|<<|>>|->|--|\+\+|[{}()[\];,?:/<>=+\-%&|!.])/

/** Words of the language that may be called, and nothing else may: no system, cat, signal, override, join, buf, kaddr … */
const CALLS: ReadonlySet<string> = new Set([
  'if',
  'printf',
  'print',
  'clear',
  'delete',
  'count',
  'sum',
  'hist',
  'max',
  'str',
  'uptr',
  'kptr',
  'reg',
  'exit',
])
const WORDS: ReadonlySet<string> = new Set([
  'else',
  'args',
  'pid',
  'tid',
  'uid',
  'cpu',
  'comm',
  'cgroup',
  'nsecs',
  'rand',
  'retval',
  'arg0',
  'arg1',
  'arg2',
  'arg3',
  'arg4',
  'arg5',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
])
const MAP = /^@(?:self|[a-z]\d*)$/
const VARIABLE = /^\$[a-z]$/
/** What programs print, and texts of conditions: no text holds a quote, a brace, a space of its own or anything beyond. */
const STRING = /^(?:sonde-[a-z]+(?: %llu)?\\n|sp|[A-Za-z0-9_./:@%+=,-]{1,63})$/

export function readProgram(text: string): ReadProgram {
  const program: ReadProgram = { points: [], strings: [], fields: [] }
  let at = 0
  const fail = (what: string): never => {
    throw new Error(`${what} at ${at}: ${JSON.stringify(text.slice(at, at + 80))}`)
  }
  const skip = () => {
    while (text[at] === ' ' || text[at] === '\n') at++
  }
  const token = (): string => {
    skip()
    const found = TOKEN.exec(text.slice(at, at + 4_096))?.[0]
    if (found === undefined) return fail('a character that no program has')
    at += found.length
    return found
  }
  /** Reads up to the token that closes what was opened, which is not part of it. */
  const body = (close: '}' | '/') => {
    const open: string[] = []
    for (let before = ''; ; ) {
      const found = token()
      if (found === close && open.length === 0) return
      if (found === '{' || found === '(' || found === '[') open.push(found)
      if (found === '}' || found === ')' || found === ']') {
        const wanted = { '}': '{', ')': '(', ']': '[' }[found]
        if (open.pop() !== wanted) fail(`${found} closes nothing`)
      }
      if (found === '/') fail('a division')
      check(found, before)
      before = found
    }
  }
  const check = (found: string, before: string) => {
    if (found.startsWith('"')) {
      const inside = found.slice(1, -1)
      if (!STRING.test(inside)) fail(`the text ${found}`)
      program.strings.push(inside)
    } else if (found.startsWith('@')) {
      if (!MAP.test(found)) fail(`the map ${found}`)
    } else if (found.startsWith('$')) {
      if (!VARIABLE.test(found)) fail(`the variable ${found}`)
    } else if (/^[A-Za-z_]/.test(found)) {
      if (before === '->') program.fields.push(found)
      else if (text[at] === '(' || (found === 'if' && text[at] === ' ')) {
        if (!CALLS.has(found)) fail(`a call of ${found}`)
      } else if (!WORDS.has(found)) fail(`the word ${found}`)
    }
  }
  for (skip(); at < text.length; skip()) {
    const point = POINT.exec(text.slice(at, at + 512))?.[0]
    if (point === undefined) return fail('no probe')
    program.points.push(point)
    at += point.length
    let next = token()
    if (next === '/') {
      body('/')
      next = token()
    }
    if (next !== '{') fail('no block')
    body('}')
  }
  return program
}
