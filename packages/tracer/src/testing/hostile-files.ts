import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Two programs with nothing in common but `main`; one with names that nobody would give a function or a probe. */
const SOURCES = {
  alpha:
    'int alpha(int x) { __asm__ volatile(""); return x; }\n#include <unistd.h>\nint main(int n) { if (n > 1) pause(); return alpha(0); }\n',
  beta: 'int beta(int x) { __asm__ volatile(""); return x; }\nint main(void) { return beta(0); }\n',
} as const
/** Symbols are any bytes; the assembler takes them in quotes. */
export const WEIRD_FUNCTIONS = [
  'a{b}',
  "a'b;c",
  'x"}BEGIN{system("id")}//',
  '$(id)',
  'main.(*T).Foo',
  'a:b/c',
  'f\\n',
  'x,y',
  '@c[1]',
  'p%s',
] as const

const NOTE = (provider: string, name: string, n: number) => `
  .text
probe${n}: nop
  .pushsection .note.stapsdt,"","note"
  .balign 4
  .4byte 992${n}f-991${n}f, 994${n}f-993${n}f, 3
991${n}: .asciz "stapsdt"
992${n}: .balign 4
993${n}: .8byte probe${n}, 0, 0
  .asciz "${provider}"
  .asciz "${name}"
  .asciz "-4@%edi 8@%rsi"
994${n}: .balign 4
  .popsection
`

/** A folder of files such as someone would lay out who wants to make an agent do what it should not; all in its own temporary folder. */
export class HostileFiles {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'sonde-hostile-'))
  readonly at = (name: string): string => path.join(this.folder, name)
  readonly alpha = this.at('alpha')
  readonly beta = this.at('beta')
  readonly weird = this.at('weird')
  /** A link that leads to alpha at one moment and to beta at the next, by renames, while `swapping`. */
  readonly swapped = this.at('swapped')
  /** Files that exist under names with something in them; all are copies of alpha. */
  readonly copies: string[]
  /** What is no program: each is to be refused. */
  readonly notPrograms: string[]
  /** Comms of processes that run. */
  readonly comms = ['a"} BEGIN {', "it's $(id)", 'ps\nx;y'] as const
  /** A process that runs alpha. */
  readonly pid: number
  private readonly children: ChildProcess[] = []
  private readonly socket: Server
  private timer: NodeJS.Timeout | undefined
  private turn = 0

  constructor() {
    for (const name of ['alpha', 'beta'] as const) {
      writeFileSync(this.at(`${name}.c`), SOURCES[name])
      execFileSync('gcc', ['-O1', '-o', this.at(name), this.at(`${name}.c`)])
    }
    this.makeWeird()
    this.copies = [
      `quote".bin`,
      `brace}{.bin`,
      'sp ace',
      `$(id)`,
      '`id`;x',
      'ünï',
      '-f',
      'a,b:c',
      '%s%n',
      '#x',
      `BEGIN { cat("x") }`,
      'l'.repeat(200),
    ].map((name) => this.at(name))
    for (const copy of this.copies) copyFileSync(this.alpha, copy)
    mkdirSync(this.at('folder'))
    symlinkSync(this.alpha, this.at('link'))
    symlinkSync('alpha', this.at('relative-link'))
    symlinkSync(this.at('loop'), this.at('loop'))
    symlinkSync('/nonexistent/x', this.at('dangling'))
    symlinkSync('/etc/shadow', this.at('to-shadow'))
    symlinkSync('/dev/zero', this.at('to-zero'))
    symlinkSync(this.alpha, this.swapped)
    execFileSync('mkfifo', [this.at('fifo')])
    execFileSync('mknod', [this.at('zero'), 'c', '1', '5'])
    writeFileSync(this.at('empty'), '')
    writeFileSync(this.at('text'), '#!/bin/sh\n')
    writeFileSync(this.at('cut'), execFileSync('head', ['-c', '5000', this.alpha]))
    writeFileSync(this.at('noise'), Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01'), Buffer.alloc(300, 0xff)]))
    this.socket = createServer().listen(this.at('socket'))
    this.socket.unref()
    this.notPrograms = [
      'folder',
      'loop',
      'dangling',
      'to-shadow',
      'to-zero',
      'fifo',
      'zero',
      'empty',
      'text',
      'cut',
      'noise',
      'socket',
      'alpha/x',
      'none',
    ]
      .map((name) => this.at(name))
      .concat('/dev/null', '/dev/zero', '/dev/mem', '/etc/shadow', '/proc/kcore', '/proc/self/mem', '/sys/kernel/tracing/trace_pipe', '/')
    for (const comm of this.comms) this.startAs(comm)
    const alpha = spawn(this.alpha, ['wait'], { stdio: 'ignore' })
    this.children.push(alpha)
    if (alpha.pid === undefined) throw new Error('the program did not start')
    this.pid = alpha.pid
  }

  /** Which of the two, or alpha for its copies; null for what has no place here. */
  inodeOf = (file: string): number => statSync(file).ino

  startSwapping(): void {
    this.timer = setInterval(() => {
      const next = this.at(`next-${this.turn++}`)
      symlinkSync(this.turn % 2 === 0 ? this.alpha : this.beta, next)
      renameSync(next, this.swapped)
    }, 1)
  }

  remove(): void {
    clearInterval(this.timer)
    this.socket.close()
    for (const child of this.children) child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  private makeWeird(): void {
    const functions = WEIRD_FUNCTIONS.map((name) => {
      const quoted = `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
      return `  .globl ${quoted}\n  .type ${quoted},@function\n${quoted}:\n  nop\n  ret\n  .size ${quoted}, .-${quoted}\n`
    })
    const notes = [
      NOTE('ok', 'fine', 1),
      NOTE('ok', 'fine', 2),
      NOTE('bad } BEGIN { system(\\"id\\") } usdt:x', 'name', 3),
      NOTE('ok', 'new\\nline', 4),
      NOTE('ok-1', 'a.b', 5),
    ]
    writeFileSync(
      this.at('weird.s'),
      `  .text\n  .globl main\n  .type main,@function\nmain:\n  xor %eax,%eax\n  ret\n${functions.join('')}${notes.join('')}`,
    )
    execFileSync('gcc', ['-nostartfiles', '-Wl,-e,main', '-o', this.weird, this.at('weird.s')])
  }

  private startAs(comm: string): void {
    const script = 'import ctypes,sys,time\nctypes.CDLL(None).prctl(15, sys.argv[1].encode(), 0, 0, 0)\ntime.sleep(3600)'
    this.children.push(spawn('python3', ['-c', script, comm], { stdio: 'ignore' }))
  }
}
